import { Anchor, Table } from '@mantine/core';
import { Link } from 'wouter';
import type { RunView } from '#src/operations/core/views.ts';
import { Counts, CountsBar } from '../ui/counts.tsx';
import { StatusBadge, statusOfRun } from '../ui/status.tsx';
import { Elapsed, Time } from '../ui/time.tsx';
import { lastChange } from './listing.ts';
import classes from './runs.module.css';

/** A table of runs; on a phone each run has three lines. */
export function RunsTable({ runs }: { runs: RunView[] }) {
  return (
    <Table aria-label="Runs" className={classes.table}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>Run</Table.Th>
          <Table.Th>Status</Table.Th>
          <Table.Th>Environment</Table.Th>
          <Table.Th>Tests</Table.Th>
          <Table.Th>Results</Table.Th>
          <Table.Th className={classes.number}>Duration</Table.Th>
          <Table.Th>Commit</Table.Th>
          <Table.Th>Requested by</Table.Th>
          <Table.Th className={classes.number}>Updated</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {runs.map((run) => (
          <Row key={run.id} run={run} />
        ))}
      </Table.Tbody>
    </Table>
  );
}

function Row({ run }: { run: RunView }) {
  const {
    id,
    state,
    phase,
    reason,
    environment,
    summary,
    counts,
    startedAt,
    finishedAt,
    commit,
    requestedBy,
  } = run;
  return (
    <Table.Tr className={classes.row}>
      <Table.Td className={classes.id}>
        <Anchor component={Link} href={`/runs/${id}`} className={classes.link}>
          #{id}
        </Anchor>
      </Table.Td>
      <Table.Td className={classes.status}>
        <StatusBadge status={statusOfRun(run)}>
          {state === 'running' ? (phase ?? 'running') : undefined}
        </StatusBadge>
        {reason && (
          <code className={classes.reason} title={reason.message}>
            {reason.code}
          </code>
        )}
      </Table.Td>
      <Table.Td className={classes.where}>{environment}</Table.Td>
      <Table.Td className={classes.tests} title={summary}>
        {summary}
      </Table.Td>
      <Table.Td className={classes.results}>
        {counts.planned > 0 && (
          <span className={classes.bar}>
            <CountsBar counts={counts} />
          </span>
        )}
        {state !== 'queued' && <Counts counts={counts} />}
      </Table.Td>
      <Table.Td className={`${classes.number} ${classes.wide}`}>
        {startedAt && <Elapsed since={startedAt} until={finishedAt} />}
      </Table.Td>
      <Table.Td className={`${classes.commit} ${classes.wide}`} title={commit?.subject}>
        {commit?.subject}
      </Table.Td>
      <Table.Td className={classes.wide}>{requestedBy}</Table.Td>
      <Table.Td className={`${classes.number} ${classes.when}`}>
        <Time at={lastChange(run)} />
      </Table.Td>
    </Table.Tr>
  );
}
