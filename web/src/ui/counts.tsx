import type { RunView } from '#src/operations/core/views.ts';
import classes from './counts.module.css';
import { type Status, StatusSign } from './status.tsx';

const kinds = ['passed', 'flaky', 'failed', 'broken', 'skipped'] as const satisfies Status[];

/** The number of tests of a kind. Each test has one kind, so the numbers add up: flaky tests are shown beside those that passed at once. */
const numberOf = (counts: RunView['counts'], kind: (typeof kinds)[number]) =>
  kind === 'passed' ? counts.passed - counts.flaky : counts[kind];

/** Few runs have flaky tests, so they have no column of their own in a list, and come last. */
const columns = (counts: RunView['counts']) => [
  ...kinds.filter((kind) => kind !== 'flaky'),
  ...(counts.flaky > 0 ? (['flaky'] as const) : []),
];

interface Props {
  counts: RunView['counts'];
  /** Not in a column with others: zeros take no room. */
  isAlone?: boolean;
}

/** The number of tests by outcome: `28 ✓  2 ✕  1 –`. In a list zeros stay empty, so that columns line up. */
export function Counts({ counts, isAlone = false }: Props) {
  const words = kinds
    .filter((kind) => numberOf(counts, kind) > 0)
    .map((kind) => {
      const isCovered = kind === 'failed' && counts.quarantined > 0;
      return `${numberOf(counts, kind)} ${kind}${isCovered ? ` (${counts.quarantined} quarantined)` : ''}`;
    });
  return (
    // Screen readers read numbers and signs badly; the label has words.
    <span
      className={classes.counts}
      role="img"
      aria-label={words.join(', ') || 'no results'}
      title={words.join(', ')}
    >
      {columns(counts)
        .filter((kind) => !isAlone || numberOf(counts, kind) > 0)
        .map((kind) => (
          <span key={kind} className={classes.count} data-status={kind}>
            {numberOf(counts, kind) > 0 && (
              <>
                <StatusSign status={kind} size={12} />
                {numberOf(counts, kind)}
              </>
            )}
          </span>
        ))}
    </span>
  );
}

/** The same counts as a progress bar. */
export function CountsBar({ counts }: { counts: RunView['counts'] }) {
  const done = kinds.reduce((sum, kind) => sum + numberOf(counts, kind), 0);
  const all = Math.max(counts.planned, done, 1);
  return (
    <span className={classes.bar} role="img" aria-label={`${done} of ${counts.planned} tests`}>
      {kinds.map((kind) => (
        <span key={kind} data-status={kind} style={{ width: `${(numberOf(counts, kind) / all) * 100}%` }} />
      ))}
    </span>
  );
}
