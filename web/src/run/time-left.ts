import { approxDuration } from '../ui/format.ts';

/** Estimates are not accurate below this. */
const soonMs = 5_000;

/**
 * The remaining time of a run as text; `undefined` when it is unknown. `askedAt` is when the page received `msLeft`: the time
 * since then is subtracted.
 */
export function timeLeft(msLeft: number | null, askedAt: number, now: number): string | undefined {
  if (msLeft === null) return undefined;
  const left = msLeft - Math.max(0, now - askedAt);
  return left < soonMs ? 'nearly done' : `${approxDuration(left)} left`;
}

/** Compares a test with its usual duration: `share` of it (at most 1), and whether the test is unusually slow. */
export function compareToUsual(
  elapsedMs: number,
  usualMs: number | null,
): { share: number | undefined; late: boolean } {
  if (usualMs === null || usualMs <= 0) return { share: undefined, late: false };
  return {
    share: Math.min(1, elapsedMs / usualMs),
    late: elapsedMs > usualMs * 1.5 && elapsedMs - usualMs > soonMs,
  };
}
