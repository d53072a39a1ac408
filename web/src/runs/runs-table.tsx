import { Anchor } from '@mantine/core';
import { Link, useLocation } from 'wouter';
import type { RunView } from '#src/operations/core/views.ts';
import { Counts, CountsBar } from '../ui/counts.tsx';
import { LongText } from '../ui/long-text/long-text.tsx';
import { StatusBadge, statusOfRun } from '../ui/status.tsx';
import { type Column, DataTable } from '../ui/table/data-table.tsx';
import { Elapsed, Time } from '../ui/time.tsx';
import { CompareChoice, type ComparedIds } from './compare-choice.tsx';
import { lastChange } from './listing.ts';
import classes from './runs.module.css';

const dim = (text: string | undefined) =>
  text && (
    <span className={classes.dim}>
      <LongText text={text} isSentence />
    </span>
  );

const columns: Column<RunView>[] = [
  {
    name: 'Run',
    width: 'fit',
    value: ({ id }) => (
      <Anchor component={Link} href={`/runs/${id}`}>
        #{id}
      </Anchor>
    ),
  },
  { name: 'Status', width: 'fit', card: 'bare', value: (run) => <State run={run} /> },
  {
    name: 'Environment',
    width: 7,
    card: 'bare',
    value: ({ environment }) => <LongText text={environment} />,
  },
  { name: 'Tests', width: 8, card: 'bare', value: ({ summary }) => <LongText text={summary} /> },
  { name: 'Results', width: 'fit', card: 'bare', value: (run) => <Results run={run} /> },
  {
    name: 'Duration',
    width: 'fit',
    isNumber: true,
    card: 'bare',
    value: ({ startedAt, finishedAt }) => startedAt && <Elapsed since={startedAt} until={finishedAt} />,
  },
  {
    name: 'Reason, or commit',
    width: 9,
    value: ({ reason, commit }) =>
      reason ? <LongText text={reason.message} isSentence /> : dim(commit?.subject),
  },
  { name: 'Requested by', width: 6.5, value: ({ requestedBy }) => <LongText text={requestedBy} /> },
  {
    name: 'Updated',
    width: 'fit',
    isNumber: true,
    card: 'bare',
    value: (run) => <Time at={lastChange(run)} />,
  },
];

interface Props {
  runs: RunView[];
  compared: ComparedIds;
  onCompare: (ids: ComparedIds) => void;
}

export function RunsTable({ runs, compared, onCompare }: Props) {
  const [, go] = useLocation();
  return (
    <DataTable
      label="Runs"
      rows={runs}
      rowKey={({ id }) => id}
      columns={columns}
      actions={({ id, state }) =>
        state === 'finished' && <CompareChoice id={id} chosen={compared} onChange={onCompare} />
      }
      onOpen={({ id }) => go(`/runs/${id}`)}
    />
  );
}

function State({ run }: { run: RunView }) {
  return (
    <StatusBadge status={statusOfRun(run)}>
      {run.state === 'running' ? (run.phase ?? 'running') : undefined}
    </StatusBadge>
  );
}

function Results({ run: { state, counts } }: { run: RunView }) {
  if (state === 'queued') return null;
  return (
    <span className={classes.results}>
      <span className={classes.bar}>{counts.planned > 0 && <CountsBar counts={counts} />}</span>
      <Counts counts={counts} />
    </span>
  );
}
