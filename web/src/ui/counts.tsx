import type { RunView } from '../../../src/operations/core/views.ts';
import classes from './counts.module.css';
import { type Status, StatusSign } from './status.tsx';

const kinds = ['passed', 'failed', 'broken', 'skipped'] as const satisfies Status[];

/** How many tests ended how: `28 ✓  2 ✕  1 –`. What is zero stays empty, so that columns of them line up. */
export function Counts({ counts }: { counts: RunView['counts'] }) {
  const words = kinds.filter((kind) => counts[kind] > 0).map((kind) => `${counts[kind]} ${kind}`);
  return (
    // A list of numbers and signs is read out badly; the words are read instead.
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

/** The same as one line that fills while the run goes on. */
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
