/** Milliseconds of the machine's monotonic clock: the same for all its processes and containers. */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint() / 1000n) / 1000;
}
