import type { TestResultView } from '#src/operations/results/results-view.ts';
import classes from './waits.module.css';

/** The waits of a test that ran out, in words; `short` without their pages. */
export function Waits({ waits, short = false }: { waits: TestResultView['waits']; short?: boolean }) {
  // A server of an older version reports no waits.
  if (!waits) return null;
  const text = short ? `${waits.count} ${waits.count === 1 ? 'wait' : 'waits'} ran out` : waits.summary;
  return (
    <span className={classes.waits} title={short ? waits.summary : undefined}>
      {text}
    </span>
  );
}
