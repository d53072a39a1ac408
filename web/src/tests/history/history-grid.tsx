import { VisuallyHidden } from '@mantine/core';
import { useEffect, useRef } from 'react';
import { Link } from 'wouter';
import { duration, fullTime } from '../../ui/format.ts';
import { LongText } from '../../ui/long-text/long-text.tsx';
import { percent } from '../../ui/percent.ts';
import { StatusSign } from '../../ui/status.tsx';
import type { History } from '../queries.ts';
import { GridFoot } from './grid-foot.tsx';
import classes from './history-grid.module.css';
import { type Place, useGridKeys } from './use-grid-keys.ts';

/** Results by environment (rows) and run (columns). Shows whether failures are random or follow an environment, a time or a commit. */
export function HistoryGrid({ history }: { history: History }) {
  const { rows, columns, p50Ms } = history;
  const scroll = useRef<HTMLDivElement>(null);
  // Scrolls to the newest results.
  // biome-ignore lint/correctness/useExhaustiveDependencies: runs for each new column
  useEffect(() => {
    scroll.current?.scrollTo({ left: scroll.current.scrollWidth });
  }, [columns.length]);
  const { stop, setAt, onKeyDown } = useGridKeys(history, scroll);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrollable region must be reachable with the keyboard
    <section className={classes.scroll} ref={scroll} aria-label="Results by environment" tabIndex={0}>
      <table className={classes.grid} onKeyDown={onKeyDown}>
        <caption>
          <VisuallyHidden>
            Results by environment, newest on the right. Arrow keys move between results.
          </VisuallyHidden>
        </caption>
        <GridHead columns={columns.length} />
        <tbody>
          {rows.map((row, index) => (
            <EnvironmentRow key={row.environment} row={row} index={index} stop={stop} onFocus={setAt} />
          ))}
        </tbody>
        <GridFoot columns={columns} p50Ms={p50Ms} />
      </table>
    </section>
  );
}

function GridHead({ columns }: { columns: number }) {
  return (
    <thead>
      <tr>
        <th scope="col">
          <VisuallyHidden>Environment</VisuallyHidden>
        </th>
        <th scope="col" className={classes.figure}>
          passed
        </th>
        <th scope="col" className={classes.figure}>
          flaky
        </th>
        <th scope="colgroup" colSpan={columns}>
          <VisuallyHidden>Results, oldest first</VisuallyHidden>
        </th>
      </tr>
    </thead>
  );
}

interface RowProps {
  row: History['rows'][number];
  index: number;
  /** Where the Tab key stops in the grid. */
  stop: Place | undefined;
  onFocus: (place: Place) => void;
}

function EnvironmentRow({ row, index, stop, onFocus }: RowProps) {
  const { environment, cells, passRate, flakiness } = row;
  return (
    <tr>
      <th scope="row" className={classes.environment}>
        <Link href={`/environments/${environment}`}>
          <LongText text={environment} />
        </Link>
      </th>
      <td className={classes.figure}>{passRate === null ? '' : percent(passRate)}</td>
      <td className={classes.figure}>{flakiness === null ? '' : percent(flakiness)}</td>
      {cells.map((cell, column) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: columns have no other key
        <td key={column} className={classes.place}>
          {cell && (
            <Link
              href={`/runs/${cell.run}`}
              className={classes.cell}
              data-status={cell.status}
              data-place={`${index} ${column}`}
              tabIndex={stop?.row === index && stop.column === column ? 0 : -1}
              aria-label={`${cell.status}, run ${cell.run}, ${fullTime(new Date(cell.at))}`}
              title={describe(cell)}
              onFocus={() => onFocus({ row: index, column })}
            >
              <StatusSign status={cell.status} size={11} />
            </Link>
          )}
        </td>
      ))}
    </tr>
  );
}

type Cell = NonNullable<History['rows'][number]['cells'][number]>;

function describe({ run, status, durationMs, message, at }: Cell): string {
  const head = `#${run} ${status}, ${duration(durationMs)}\n${fullTime(new Date(at))}`;
  return message === null ? head : `${head}\n${message}`;
}
