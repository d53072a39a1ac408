import { approxDuration } from '../ui/format.ts';

/** Below this an estimate out of earlier runs says nothing. */
const soonMs = 5_000;

/**
 * How long a run will still take, in words; `undefined` when nothing is known. The server was asked at `askedAt`; until it is asked
 * again the time goes on, and never back.
 */
export function timeLeft(msLeft: number | null, askedAt: number, now: number): string | undefined {
  if (msLeft === null) return undefined;
  const left = msLeft - Math.max(0, now - askedAt);
  return left < soonMs ? 'nearly done' : `${approxDuration(left)} left`;
}

/** How far a running test is, as a share of what it usually takes, and in words what is unusual of it. */
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
