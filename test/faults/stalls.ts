import { monotonicMs } from './clock.ts';

/** A period in which the machine executed nothing of the harness. Monotonic milliseconds. */
export interface Stall {
  from: number;
  to: number;
}

const tickMs = 50;
/** A machine that has a free processor is late by a few milliseconds; a fifth of a lease here is 600 ms. */
const lateMs = 500;

/**
 * Records when the machine is too busy to execute a timer of this process, which does little itself. The workers have to send a
 * heartbeat every 500 ms and to renew their leases every 600 ms.
 */
export function watchStalls(): { stalls: Stall[]; stop(): void } {
  const stalls: Stall[] = [];
  let last = monotonicMs();
  const timer = setInterval(() => {
    const now = monotonicMs();
    if (now - last > tickMs + lateMs) stalls.push({ from: last, to: now });
    last = now;
  }, tickMs);
  return { stalls, stop: () => clearInterval(timer) };
}
