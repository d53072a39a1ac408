import { approxDuration } from '../ui/format.ts';

/** Estimates are not accurate below this. */
const soonMs = 5_000;

/**
 * The remaining time of a run as text; `undefined` when it is unknown. `askedAt` is when the page received `msLeft`: the time
 * since then is subtracted.
 */
export function timeLeft(msLeft: number | null, receivedAt: number, now: number): string | undefined {
  if (msLeft === null) return undefined;
  const remainingMs = msLeft - Math.max(0, now - receivedAt);
  return remainingMs < soonMs ? 'nearly done' : `${approxDuration(remainingMs)} left`;
}

/** Compares a test with its usual duration: `share` of it (at most 1), and whether the test is unusually slow. */
export function compareToUsual(
  elapsedMs: number,
  usualMs: number | null,
): { share: number | undefined; isSlow: boolean } {
  if (usualMs === null || usualMs <= 0) return { share: undefined, isSlow: false };
  return {
    share: Math.min(1, elapsedMs / usualMs),
    isSlow: elapsedMs > usualMs * 1.5 && elapsedMs - usualMs > soonMs,
  };
}
