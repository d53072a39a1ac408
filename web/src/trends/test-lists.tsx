import { Anchor } from '@mantine/core';
import { Link } from 'wouter';
import type { TestTrendView } from '#src/operations/trends/trends-view.ts';
import { duration, plural } from '../ui/format.ts';
import { LongText } from '../ui/long-text/long-text.tsx';
import { type Column, DataTable } from '../ui/table/data-table.tsx';
import type { Trends } from './queries.ts';
import classes from './trends.module.css';

const number = { width: 'fit', isNumber: true } as const;

const nameColumn: Column<TestTrendView> = {
  name: 'Test',
  width: 12,
  share: 1,
  value: ({ test, suite }) => (
    <Anchor
      component={Link}
      href={`/tests/${encodeURIComponent(test)}${suite === null ? '' : `?suite=${encodeURIComponent(suite)}`}`}
    >
      <LongText text={test} />
    </Anchor>
  ),
};
const executions: Column<TestTrendView> = {
  ...{ name: 'Executions', ...number },
  value: (test) => test.executions.toLocaleString(),
};
const mean: Column<TestTrendView> = { name: 'Mean', ...number, value: ({ meanMs }) => duration(meanMs) };
const sum: Column<TestTrendView> = { name: 'Sum', ...number, value: ({ totalMs }) => duration(totalMs) };
const growth: Column<TestTrendView>[] = [
  { name: 'Before', ...number, value: ({ beforeMs }) => beforeMs !== null && duration(beforeMs) },
  { name: 'Now', ...number, value: ({ afterMs }) => afterMs !== null && duration(afterMs) },
  {
    name: 'Growth',
    ...number,
    value: ({ beforeMs, afterMs }) =>
      beforeMs !== null && afterMs !== null && `+${Math.round((afterMs / beforeMs - 1) * 100)}%`,
  },
];

/** Which tests are slow, grew, cost most, or never fail. */
export function TestLists({ trends }: { trends: Trends }) {
  const { slowest, grown, costliest, neverFailed } = trends;
  return (
    <div className={classes.lists}>
      <div className={classes.column}>
        <List id="slowest" title="Slowest tests" tests={slowest} columns={[mean, executions]} />
        <List id="costliest" title="Most time in total" tests={costliest} columns={[sum, executions]} />
      </div>
      <div className={classes.column}>
        <List
          id="grown"
          title="Largest growth"
          note="The last quarter of the time with results against the first, on the same environments."
          tests={grown}
          columns={growth}
        />
        <List
          id="never-failed"
          title={`No failure in ${neverFailed.days} days`}
          note={
            neverFailed.tests === 0
              ? undefined
              : `${plural(neverFailed.tests, 'test')} with ${duration(neverFailed.totalMs)} together; those that cost most:`
          }
          tests={neverFailed.costliest}
          columns={[sum, executions]}
        />
      </div>
    </div>
  );
}

interface ListProps {
  id: string;
  title: string;
  note?: string | undefined;
  tests: TestTrendView[];
  columns: Column<TestTrendView>[];
}

function List({ id, title, note, tests, columns }: ListProps) {
  return (
    <section aria-labelledby={id} className={classes.section}>
      <h2 id={id}>{title}</h2>
      {note && <p className={classes.dim}>{note}</p>}
      {tests.length === 0 ? (
        <p className={classes.dim}>None.</p>
      ) : (
        <DataTable
          labelledBy={id}
          rows={tests}
          rowKey={({ test, suite }) => `${suite ?? ''}:${test}`}
          columns={[nameColumn, ...columns]}
          // A list has half of the window.
          cardsBelow={360}
        />
      )}
    </section>
  );
}
