import {
  IconBan,
  IconCheck,
  IconCircleDashed,
  IconClock,
  IconExclamationMark,
  IconMinus,
  IconPlayerPlayFilled,
  IconWaveSine,
  IconX,
} from '@tabler/icons-react';
import type { RunView } from '#src/operations/core/views.ts';
import classes from './status.module.css';

/** The status of a run, a test or an environment. Each has one colour and one sign everywhere. */
export type Status =
  | 'passed'
  | 'failed'
  | 'broken'
  | 'flaky'
  | 'skipped'
  | 'running'
  | 'queued'
  | 'cancelled'
  /** A test without a result, in a finished run. */
  | 'missing';

const signs = {
  passed: IconCheck,
  failed: IconX,
  broken: IconExclamationMark,
  flaky: IconWaveSine,
  skipped: IconMinus,
  running: IconPlayerPlayFilled,
  queued: IconClock,
  cancelled: IconBan,
  missing: IconCircleDashed,
};

export function statusOfRun(run: Pick<RunView, 'state' | 'verdict'>): Status {
  return run.state === 'finished' ? (run.verdict ?? 'broken') : run.state;
}

/** The text colour of a status. For areas, use the tint `color-mix(in srgb, <colour> var(--tint), transparent)`. */
export function colourOf(status: Status): string {
  return `var(--${status === 'cancelled' || status === 'missing' ? 'skipped' : status})`;
}

/** The sign alone, hidden from screen readers: use it only next to the word. */
export function StatusSign({ status, size = 14 }: { status: Status; size?: number }) {
  const Sign = signs[status];
  return <Sign size={size} stroke={2.5} color={colourOf(status)} className={classes.sign} aria-hidden />;
}

/** Sign and word. `children` replaces the word with a more specific one: `testing`, `2 failed`. */
export function StatusBadge({ status, children }: { status: Status; children?: React.ReactNode }) {
  return (
    <span className={classes.badge} data-status={status}>
      <StatusSign status={status} />
      {children ?? status}
    </span>
  );
}
