import { setTimeout as delay } from 'node:timers/promises';

/** For events that must happen: a slow machine is not a wrong outcome, and only a hang takes this long. */
export const patienceMs = 240_000;

/**
 * Polls until `condition` returns a truthy value, and returns that. Rejects after `deadlineMs` with the last error of
 * the condition, if it threw one; pass another deadline for events that need not happen. The polling interval grows
 * with time, up to a quarter of a second, because each poll slows down what is awaited.
 */
export async function waitFor<T>(
  condition: () => T | Promise<T>,
  deadlineMs = patienceMs,
): Promise<NonNullable<T>> {
  const startedAt = performance.now();
  for (;;) {
    let problem: unknown;
    try {
      const value = await condition();
      if (value) return value;
    } catch (error) {
      problem = error;
    }
    const waitedMs = performance.now() - startedAt;
    if (waitedMs > deadlineMs) {
      throw new Error(`Not within ${deadlineMs} ms: ${condition}`, { cause: problem });
    }
    await delay(Math.min(250, 20 + waitedMs / 20));
  }
}
