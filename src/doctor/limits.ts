import type { Config } from '../config/config.ts';

/** How long a check waits for others, as shares of its own timeout; in milliseconds or seconds, as named. */
export function limitsOf({ doctor: { timeoutMs } }: Pick<Config, 'doctor'>) {
  const share = (part: number) => Math.round(timeoutMs * part);
  const seconds = (part: number) => Math.ceil(share(part) / 1000);
  return {
    /** For a process that has to start first. */
    processMs: share(0.8),
    /** A shop with cold caches is slow. */
    shopMs: share(0.8),
    /** A worker answers within milliseconds unless it is stopped or starved, and sends a heartbeat every five seconds. */
    workerMs: share(2 / 3),
    /** For requests of several containers at the same time. */
    containerSeconds: seconds(2 / 3),
    /** A grid responds within milliseconds; one whose event bus is stuck does not respond at all. */
    seleniumMs: share(1 / 3),
    seleniumSeconds: seconds(1 / 3),
    /** A browser responds when the page that it loads is complete. */
    browserMs: share(0.2),
  };
}
