import { calendarDay, duration, shortCommit } from '../../ui/format.ts';
import type { History } from '../queries.ts';
import { commitSpans, linePieces } from './commits.ts';
import classes from './history-grid.module.css';

/** The width of a cell with its gap, as in the style sheet. */
const columnWidth = 18;
const lineHeight = 36;

type Columns = History['columns'];

/** Below the results: their commits, durations and days. */
export function GridFoot({ columns, p50Ms }: Pick<History, 'columns' | 'p50Ms'>) {
  return (
    <tfoot>
      <Commits columns={columns} />
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
  );
}

function Commits({ columns }: { columns: Columns }) {
  return (
    <tr>
      <th scope="row" className={classes.legend}>
        Commit
      </th>
      <td className={classes.figure} />
      <td className={classes.figure} />
      {commitSpans(columns).map(({ commit, columns, at }) => (
        <td
          key={`${commit?.id ?? ''} ${at}`}
          colSpan={columns}
          className={classes.commit}
          title={commit ? `${commit.id}\n${commit.subject}` : 'commit not recorded'}
        >
          <span data-wide={columns > 3 || undefined}>
            {commit ? <code>{shortCommit(commit.id.replace(/^local-/, ''))}</code> : '-'}
          </span>
        </td>
      ))}
    </tr>
  );
}

function DurationLine({ columns }: { columns: Columns }) {
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
