import { setTimeout as delay } from 'node:timers/promises';

/** For what has to happen: a slow machine is not a wrong outcome, and only a hang takes so long. */
export const patienceMs = 240_000;

/**
 * Polls until `condition` gives something true, and gives that back. Rejects after `deadlineMs` with the last error of the
 * condition, if it threw one; a deadline of its own is for what need not happen. It looks less often at what takes longer: each
 * look takes work away from what is waited for.
 */
export async function waitFor<T>(
  condition: () => T | Promise<T>,
  deadlineMs = patienceMs,
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
