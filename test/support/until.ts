import { setTimeout as delay } from 'node:timers/promises';

/**
 * Polls until `condition` gives something true, and gives that back. Rejects after `deadlineMs` (long: a slow machine is
 * not a wrong outcome) with the last error of the condition, if it threw one. It looks less often at what takes longer: each look
 * takes work away from what is waited for.
 */
export async function until<T>(
  condition: () => T | Promise<T>,
  deadlineMs = 90_000,
): Promise<NonNullable<T>> {
  const begun = performance.now();
  for (;;) {
    let problem: unknown;
    try {
      const value = await condition();
      if (value) return value;
    } catch (error) {
      problem = error;
    }
    const waitedMs = performance.now() - begun;
    if (waitedMs > deadlineMs) {
      throw new Error(`Not within ${deadlineMs} ms: ${condition}`, { cause: problem });
    }
    await delay(Math.min(100, 20 + waitedMs / 20));
  }
}
