import { Anchor } from '@mantine/core';
import { Link } from 'wouter';
import type { SubmissionView } from '#src/operations/submissions/submission-view.ts';
import { Counts } from '../ui/counts.tsx';
import { duration, shortCommit } from '../ui/format.ts';
import { LongText } from '../ui/long-text/long-text.tsx';
import { StatusBadge, statusOfRun } from '../ui/status.tsx';
import { type Column, DataTable } from '../ui/table/data-table.tsx';
import classes from './submission.module.css';

type Run = SubmissionView['runs'][number];

const columns: Column<Run>[] = [
  {
    name: 'Environment',
    width: 9,
    value: ({ id, environment }) => (
      <Anchor component={Link} href={`/runs/${id}`}>
        <LongText text={environment} />
      </Anchor>
    ),
  },
  { name: 'Run', width: 'fit', card: 'bare', value: ({ id }) => `#${id}` },
  {
    name: 'Status',
    width: 'fit',
    card: 'bare',
    value: (run) => <StatusBadge status={statusOfRun(run)} />,
  },
  { name: 'Results', width: 'fit', card: 'bare', value: ({ counts }) => <Counts counts={counts} /> },
  { name: 'New', width: 'fit', isNumber: true, value: ({ classes }) => classes?.new || '' },
  { name: 'Known', width: 'fit', isNumber: true, value: ({ classes }) => classes?.known || '' },
  { name: 'Flaky', width: 'fit', isNumber: true, value: ({ classes }) => classes?.flaky || '' },
  { name: 'Slower', width: 'fit', isNumber: true, value: ({ classes }) => classes?.slower || '' },
  { name: 'Fixed', width: 'fit', isNumber: true, value: ({ classes }) => classes?.fixed || '' },
  {
    name: 'Duration',
    width: 'fit',
    isNumber: true,
    value: ({ durationMs, usualMs }) =>
      durationMs !== null && (
        <>
          {duration(durationMs)}
          {usualMs !== null && <span className={classes.dim}> (usually {duration(usualMs)})</span>}
        </>
      ),
  },
  {
    name: 'Commit, or reason',
    width: 8,
    share: 1,
    value: ({ commit, reason }) =>
      reason ? (
        <LongText text={reason.message} isSentence />
      ) : (
        commit && <LongText text={`${shortCommit(commit.id)} ${commit.subject}`} isSentence />
      ),
  },
];

/** More runs are folded when they are finished: the matrix below has their failures. */
const maxOpenRuns = 3;

/** The runs of a submission, by environment. */
export function SubmissionRuns({ submission: { runs, verdict } }: { submission: SubmissionView }) {
  const statuses = runs.map(statusOfRun);
  const tally = [...new Set(statuses)].map(
    (status) => [status, statuses.filter((each) => each === status).length] as const,
  );
  return (
    <details className={classes.details} open={verdict === null || runs.length <= maxOpenRuns}>
      <summary>
        <h2>Runs</h2>
        {tally.map(([status, count]) => (
          <StatusBadge key={status} status={status}>
            {count} {status}
          </StatusBadge>
        ))}
      </summary>
      <DataTable label="Runs" rows={runs} rowKey={({ id }) => id} columns={columns} />
    </details>
  );
}
