/** Milliseconds of the machine's monotonic clock: the same for all processes and containers on it. */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint() / 1000n) / 1000;
}
