import { setTimeout as delay } from 'node:timers/promises';

/**
 * Polls until `condition` gives something true, and gives that back. Rejects after `deadlineMs` (long: a slow machine is
 * not a wrong outcome) with the last error of the condition, if it threw one.
 */
export async function until<T>(
  condition: () => T | Promise<T>,
  deadlineMs = 90_000,
): Promise<NonNullable<T>> {
  const end = performance.now() + deadlineMs;
  for (;;) {
    let problem: unknown;
    try {
      const value = await condition();
      if (value) return value;
    } catch (error) {
      problem = error;
    }
    if (performance.now() > end) {
      throw new Error(`Not within ${deadlineMs} ms: ${condition}`, { cause: problem });
    }
    await delay(20);
  }
}
