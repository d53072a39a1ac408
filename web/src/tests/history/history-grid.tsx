import { VisuallyHidden } from '@mantine/core';
import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import { Link } from 'wouter';
import { calendarDay, duration, fullTime } from '../../ui/format.ts';
import { StatusSign } from '../../ui/status.tsx';
import type { History } from '../queries.ts';
import { commitSpans, linePieces } from './commits.ts';
import classes from './history-grid.module.css';
import { percent } from './percent.ts';

/** The width of a cell with its gap, as in the style sheet. */
const columnWidth = 18;
const lineHeight = 36;

/** Results by environment (rows) and run (columns). Shows whether failures are random or follow an environment, a time or a commit. */
export function HistoryGrid({ history: { rows, columns, p50Ms } }: { history: History }) {
  const scroll = useRef<HTMLDivElement>(null);
  const [at, setAt] = useState({ row: 0, column: Math.max(0, columns.length - 1) });
  // Scrolls to the newest results.
  // biome-ignore lint/correctness/useExhaustiveDependencies: runs for each new column
  useEffect(() => {
    scroll.current?.scrollTo({ left: scroll.current.scrollWidth });
  }, [columns.length]);

  // The Tab key stops once: at the last position of the arrow keys, or at the newest result.
  const places = rows.flatMap(({ cells }, row) =>
    cells.flatMap((cell, column) => (cell ? [{ row, column }] : [])),
  );
  const stop = places.find((each) => each.row === at.row && each.column === at.column) ?? places.at(-1);
  const move = (event: KeyboardEvent) => {
    const steps = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] } as const;
    const step = steps[event.key as keyof typeof steps];
    if (!step || !stop) return;
    event.preventDefault();
    let { row, column } = stop;
    do {
      row += step[0];
      column += step[1];
    } while (rows[row] && column >= 0 && column < columns.length && !rows[row]?.cells[column]);
    if (!rows[row]?.cells[column]) return;
    setAt({ row, column });
    scroll.current?.querySelector<HTMLElement>(`[data-place="${row} ${column}"]`)?.focus();
  };

  const spans = commitSpans(columns);
  return (
    <div className={classes.scroll} ref={scroll}>
      <table className={classes.grid} onKeyDown={move}>
        <caption>
          <VisuallyHidden>
            Results by environment, newest on the right. Arrow keys move between results.
          </VisuallyHidden>
        </caption>
        <thead>
          <tr>
            <th scope="col">
              <VisuallyHidden>Environment</VisuallyHidden>
            </th>
            <th scope="col" className={classes.figure}>
              pass
            </th>
            <th scope="col" className={classes.figure}>
              flaky
            </th>
            <th scope="colgroup" colSpan={columns.length}>
              <VisuallyHidden>Results, oldest first</VisuallyHidden>
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ environment, cells, passRate, flakiness }, row) => (
            <tr key={environment}>
              <th scope="row" className={classes.environment}>
                <Link href={`/environments/${environment}`}>{environment}</Link>
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
                      data-place={`${row} ${column}`}
                      tabIndex={stop?.row === row && stop.column === column ? 0 : -1}
                      aria-label={`${cell.status}, run ${cell.run}, ${fullTime(new Date(cell.at))}`}
                      title={describe(cell)}
                      onFocus={() => setAt({ row, column })}
                    >
                      <StatusSign status={cell.status} size={11} />
                    </Link>
                  )}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row" className={classes.legend}>
              Commit
            </th>
            <td className={classes.figure} />
            <td className={classes.figure} />
            {spans.map(({ commit, columns, at }) => (
              <td
                key={`${commit?.id ?? ''} ${at}`}
                colSpan={columns}
                className={classes.commit}
                title={commit ? `${commit.id}\n${commit.subject}` : 'commit not recorded'}
              >
                <span data-wide={columns > 3 || undefined}>
                  {commit ? <code>{commit.id.replace(/^local-/, '').slice(0, 7)}</code> : '-'}
                </span>
              </td>
            ))}
          </tr>
          <tr>
            <th scope="row" className={classes.legend}>
              Duration{p50Ms !== null && `, median ${duration(p50Ms)}`}
            </th>
            <td className={classes.figure} />
            <td className={classes.figure} />
            <td colSpan={columns.length} className={classes.line}>
              <DurationLine columns={columns} />
            </td>
          </tr>
          <tr>
            <td className={classes.figure} />
            <td className={classes.figure} />
            <td className={classes.figure} />
            <td colSpan={columns.length}>
              <span className={classes.days}>
                <span>{columns[0] && calendarDay(new Date(columns[0].at))}</span>
                <span>{columns.length > 4 && calendarDay(new Date(columns.at(-1)?.at ?? ''))}</span>
              </span>
            </td>
          </tr>
        </tfoot>
      </table>
    </div>
  );
}

type Cell = NonNullable<History['rows'][number]['cells'][number]>;

function describe({ run, status, durationMs, message, at }: Cell): string {
  const head = `#${run} ${status}, ${duration(durationMs)}\n${fullTime(new Date(at))}`;
  return message === null ? head : `${head}\n${message}`;
}

function DurationLine({ columns }: { columns: History['columns'] }) {
  const width = columns.length * columnWidth;
  const medians = columns.map(({ p50Ms }) => p50Ms);
  const knownDurations = medians.filter((ms) => ms !== null);
  const words =
    knownDurations.length === 0
      ? 'No durations recorded'
      : `Median duration, from ${duration(Math.min(...knownDurations))} to ${duration(Math.max(...knownDurations))}`;
  return (
    <svg width={width} height={lineHeight} role="img" aria-label={words}>
      <title>{words}</title>
      {linePieces(medians, columnWidth, lineHeight).map((points) =>
        points.includes(' ') ? (
          <polyline key={points} points={points} />
        ) : (
          <circle key={points} cx={points.split(',')[0]} cy={points.split(',')[1]} r={2} />
        ),
      )}
    </svg>
  );
}
