import { delay } from './delay.ts';

/** A wait that is shorter than this is not worth a timer. */
const burstMs = 20;

/**
 * Returns a function to be called after each piece of work with its size; it resolves when the next piece may follow, so that all
 * callers together do not exceed `perSecond`. Time without work is not saved up.
 */
export function createPace(perSecond: number): (size: number) => Promise<void> {
  let freeAtMs = 0;
  return async (size) => {
    const nowMs = performance.now();
    freeAtMs = Math.max(freeAtMs, nowMs) + (size / perSecond) * 1_000;
    if (freeAtMs - nowMs > burstMs) await delay(freeAtMs - nowMs);
  };
}
