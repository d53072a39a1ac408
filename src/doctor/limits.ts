import type { Config } from '../config/config.ts';

/** How long a check waits for what it asks, as shares of the time that it has itself. */
export function limitsOf({ doctor: { timeoutMs } }: Pick<Config, 'doctor'>) {
  const share = (part: number) => Math.round(timeoutMs * part);
  const seconds = (part: number) => Math.ceil(share(part) / 1000);
  return {
    /** A process that has to be started first. */
    processMs: share(0.8),
    /** A shop with cold caches takes its time. */
    shopMs: share(0.8),
    /** A worker answers within milliseconds unless it is kept from running, and shows every five seconds that it is alive. */
    workerMs: share(2 / 3),
    /** What a container asks while others are asked. */
    containerSeconds: seconds(2 / 3),
    /** A grid answers in milliseconds; one whose event bus is stuck does not answer at all. */
    seleniumMs: share(1 / 3),
    seleniumSeconds: seconds(1 / 3),
    /** A browser that loads a page answers when that is done. */
    browserMs: share(0.2),
  };
}
