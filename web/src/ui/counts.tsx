import type { RunView } from '#src/operations/core/views.ts';
import classes from './counts.module.css';
import { type Status, StatusSign } from './status.tsx';

const kinds = ['passed', 'failed', 'broken', 'skipped'] as const satisfies Status[];

/** The number of tests by verdict: `28 ✓  2 ✕  1 –`. Zeros stay empty, so that columns line up. */
export function Counts({ counts }: { counts: RunView['counts'] }) {
  const words = kinds
    .filter((kind) => counts[kind] > 0)
    .map((kind) => {
      const isCovered = kind === 'failed' && counts.quarantined > 0;
      return `${counts[kind]} ${kind}${isCovered ? ` (${counts.quarantined} quarantined)` : ''}`;
    });
  return (
    // Screen readers read numbers and signs badly; the label has words.
    <span
      className={classes.counts}
      role="img"
      aria-label={words.join(', ') || 'no results'}
      title={words.join(', ')}
    >
      {kinds.map((kind) => (
        <span key={kind} className={classes.count} data-status={kind}>
          {counts[kind] > 0 && (
            <>
              <StatusSign status={kind} size={12} />
              {counts[kind]}
            </>
          )}
        </span>
      ))}
    </span>
  );
}

/** The same counts as a progress bar. */
export function CountsBar({ counts }: { counts: RunView['counts'] }) {
  const done = kinds.reduce((sum, kind) => sum + counts[kind], 0);
  const all = Math.max(counts.planned, done, 1);
  return (
    <span className={classes.bar} role="img" aria-label={`${done} of ${counts.planned} tests`}>
      {kinds.map((kind) => (
        <span key={kind} data-status={kind} style={{ width: `${(counts[kind] / all) * 100}%` }} />
      ))}
    </span>
  );
}
