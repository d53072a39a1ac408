import { Anchor, VisuallyHidden } from '@mantine/core';
import { IconArrowDown } from '@tabler/icons-react';
import { Link } from 'wouter';
import { duration } from '../ui/format.ts';
import { LongText } from '../ui/long-text/long-text.tsx';
import { percent } from '../ui/percent.ts';
import { StatusSign } from '../ui/status.tsx';
import { type Column, DataTable } from '../ui/table/data-table.tsx';
import { Time } from '../ui/time.tsx';
import { flakyFrom, type ListedTest, type Sort } from './listing.ts';
import classes from './tests.module.css';

interface Props {
  tests: ListedTest[];
  sort: Sort;
  onSort: (sort: Sort) => void;
}

export function TestTable({ tests, sort, onSort }: Props) {
  const sortable = (by: Sort, name: string) => ({
    name,
    sort: sort === by ? (by === 'name' ? ('ascending' as const) : ('descending' as const)) : undefined,
    heading: (
      <button type="button" className={classes.sort} onClick={() => onSort(by)}>
        {name}
        {sort === by && <IconArrowDown size={12} aria-hidden />}
      </button>
    ),
  });
  const number = { isNumber: true, width: 'fit' } as const;
  const columns: Column<ListedTest>[] = [
    { ...sortable('name', 'Test'), width: 16, share: 4, value: (test) => <Name test={test} /> },
    { name: 'Title', width: 5, share: 3, card: 'none', value: title },
    { name: 'Groups', width: 5, share: 1, value: ({ groups }) => names(groups) },
    { name: 'Suites', width: 5, share: 1, value: ({ suites }) => names(suites) },
    { ...sortable('failing', 'Latest results'), ...number, value: (test) => <Latest test={test} /> },
    { ...sortable('flakiness', 'Flaky'), ...number, value: (test) => <Flakiness test={test} /> },
    {
      ...sortable('duration', 'Duration'),
      ...number,
      value: ({ statistics }) => statistics && duration(statistics.meanMs),
    },
    {
      ...sortable('last', 'Last run'),
      ...number,
      value: ({ statistics }) =>
        statistics ? <Time at={statistics.lastAt} /> : <span className={classes.dim}>never</span>,
    },
  ];
  return <DataTable label="Tests" rows={tests} rowKey={({ name }) => name} columns={columns} />;
}

const names = (list: readonly string[]) =>
  list.length > 0 && (
    <span className={classes.dim}>
      <LongText text={list.join(', ')} isSentence />
    </span>
  );

const title = ({ title, name }: ListedTest) =>
  title !== null &&
  title !== name && (
    <span className={classes.dim}>
      <LongText text={title} isSentence />
    </span>
  );

function Name({ test: { name, skipped, unusable } }: { test: ListedTest }) {
  const reason = unusable ?? skipped;
  return (
    <span className={classes.nameAndState}>
      <Anchor component={Link} href={`/tests/${encodeURIComponent(name)}`} className={classes.name}>
        <LongText text={name} />
      </Anchor>
      {reason !== null && (
        <span className={classes.skipped} title={reason}>
          <StatusSign status="skipped" size={12} />
          {unusable === null ? 'skipped' : 'unusable'}
        </span>
      )}
    </span>
  );
}

function Flakiness({ test: { statistics } }: { test: ListedTest }) {
  if (statistics?.flakiness == null) return null;
  const isFlaky = statistics.flakiness >= flakyFrom;
  return (
    <span className={isFlaky ? classes.flaky : undefined}>
      {isFlaky && <StatusSign status="flaky" size={12} />} {percent(statistics.flakiness)}
    </span>
  );
}

function Latest({ test: { statistics } }: { test: ListedTest }) {
  if (!statistics) return null;
  return (
    <span className={classes.last}>
      <Count status="passed" word="passes on" count={statistics.passing} />
      <Count status="failed" word="fails on" count={statistics.failing} />
    </span>
  );
}

function Count({ status, word, count }: { status: 'passed' | 'failed'; word: string; count: number }) {
  return (
    <span className={classes.count} data-status={status}>
      {count > 0 && (
        <>
          <StatusSign status={status} size={12} />
          <VisuallyHidden>{word} </VisuallyHidden>
          {count}
        </>
      )}
    </span>
  );
}
