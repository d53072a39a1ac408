import { Anchor } from '@mantine/core';
import { Link } from 'wouter';
import type { AlertView } from '#src/operations/alerts/alert-view.ts';
import { LongText } from '../ui/long-text/long-text.tsx';
import { StatusBadge } from '../ui/status.tsx';
import { type Column, DataTable } from '../ui/table/data-table.tsx';
import { Elapsed, Time } from '../ui/time.tsx';
import classes from './alerts.module.css';

const columns: Column<AlertView>[] = [
  {
    name: 'Subject',
    width: 10,
    value: ({ subject, page }) => (
      <Anchor component={Link} href={page}>
        <LongText text={subject} />
      </Anchor>
    ),
  },
  {
    name: 'State',
    width: 'fit',
    card: 'bare',
    value: ({ endedAt }) =>
      endedAt === null ? (
        <StatusBadge status="broken">open</StatusBadge>
      ) : (
        <StatusBadge status="passed">ended</StatusBadge>
      ),
  },
  {
    name: 'What happened, and what to do',
    width: 18,
    share: 1,
    wraps: true,
    card: 'bare',
    value: ({ message, action, endReason }) => (
      <div className={classes.text}>
        {message}
        <div className={classes.dim}>{endReason ?? action}</div>
      </div>
    ),
  },
  { name: 'Began', width: 'fit', value: ({ startedAt }) => <Time at={startedAt} /> },
  {
    name: 'Lasted',
    width: 'fit',
    value: ({ startedAt, endedAt }) => <Elapsed since={startedAt} until={endedAt} />,
  },
];

export function AlertTable({ alerts }: { alerts: readonly AlertView[] }) {
  return (
    <DataTable
      label="Alerts"
      rows={alerts}
      rowKey={({ id }) => id}
      columns={columns}
      isDim={({ endedAt }) => endedAt !== null}
    />
  );
}
