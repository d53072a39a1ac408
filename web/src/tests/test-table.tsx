import { Anchor, VisuallyHidden } from '@mantine/core';
import { IconArrowDown } from '@tabler/icons-react';
import { Link } from 'wouter';
import { duration } from '../ui/format.ts';
import { StatusSign } from '../ui/status.tsx';
import { Time } from '../ui/time.tsx';
import { percent } from './history/percent.ts';
import { flakyFrom, type ListedTest, type Sort } from './listing.ts';
import classes from './tests.module.css';

interface Props {
  tests: ListedTest[];
  /** The number of all matching tests, including those not rendered yet. */
  count: number;
  sort: Sort;
  onSort: (sort: Sort) => void;
}

export function TestTable({ tests, count, sort, onSort }: Props) {
  const heading = (name: Sort, words: string, isNumber = true) => (
    <th
      scope="col"
      className={isNumber ? classes.number : undefined}
      aria-sort={sort === name ? (name === 'name' ? 'ascending' : 'descending') : undefined}
    >
      <button type="button" className={classes.sort} onClick={() => onSort(name)}>
        {words}
        {sort === name && <IconArrowDown size={12} aria-hidden />}
      </button>
    </th>
  );
  return (
    <div className={classes.scroll}>
      <table className={classes.table} aria-rowcount={count + 1}>
        <thead>
          <tr>
            {heading('name', 'Test', false)}
            <th scope="col" className={classes.names}>
              Groups
            </th>
            <th scope="col" className={classes.names}>
              Suites
            </th>
            {heading('failing', 'Latest results')}
            {heading('flakiness', 'Flaky')}
            {heading('duration', 'Duration')}
            {heading('last', 'Last run')}
          </tr>
        </thead>
        <tbody>
          {tests.map((test) => (
            <Row key={test.name} test={test} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Row({ test: { name, title, groups, suites, skipped, unusable, statistics } }: { test: ListedTest }) {
  return (
    <tr>
      <th scope="row">
        <Anchor component={Link} href={`/tests/${encodeURIComponent(name)}`} className={classes.name}>
          {name}
        </Anchor>
        {(skipped ?? unusable) !== null && (
          <span className={classes.skipped} title={unusable ?? skipped ?? undefined}>
            <StatusSign status="skipped" size={12} />
            {unusable === null ? 'skipped' : 'unusable'}
          </span>
        )}
        {title !== null && title !== name && <span className={classes.title}>{title}</span>}
      </th>
      <td className={classes.names} title={groups.join(', ')}>
        {groups.join(', ')}
      </td>
      <td className={classes.names} title={suites.join(', ')}>
        {suites.join(', ')}
      </td>
      <td className={classes.number}>
        {statistics && (
          <span className={classes.last}>
            <Last status="passed" word="passes on" count={statistics.passing} />
            <Last status="failed" word="fails on" count={statistics.failing} />
          </span>
        )}
      </td>
      <td className={classes.number}>
        {statistics?.flakiness != null && (
          <span className={statistics.flakiness >= flakyFrom ? classes.flaky : undefined}>
            {statistics.flakiness >= flakyFrom && <StatusSign status="flaky" size={12} />}{' '}
            {percent(statistics.flakiness)}
          </span>
        )}
      </td>
      <td className={classes.number}>{statistics && duration(statistics.meanMs)}</td>
      <td className={classes.number}>
        {statistics ? <Time at={statistics.lastAt} /> : <span className={classes.dim}>never</span>}
      </td>
    </tr>
  );
}

function Last({ status, word, count }: { status: 'passed' | 'failed'; word: string; count: number }) {
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
