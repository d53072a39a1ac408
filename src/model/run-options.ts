/** How a run treats failed tests. */
export interface RunOptions {
  /** How often each failed test is executed again; `undefined`: as MATRE_RETRY_FAILED and MATRE_RETRY_FAILED_GROUPS say. */
  retryFailed?: number | undefined;
  /** Tests that failed when they were last executed on the environment are executed first. */
  failedFirst: boolean;
  /** When so many tests have failed, no other test starts; `undefined`: no limit. */
  maxFailures?: number | undefined;
}

/** The options of a run that requests nothing. */
export const noRunOptions: RunOptions = { failedFirst: false };

/** Whether options request nothing. */
export function areNoRunOptions({ retryFailed, failedFirst, maxFailures }: RunOptions): boolean {
  return retryFailed === undefined && !failedFirst && maxFailures === undefined;
}

/** Options in words: `failed tests are retried once; tests that failed last run first`; empty when they request nothing. */
export function describeRunOptions({ retryFailed, failedFirst, maxFailures }: RunOptions): string {
  return [
    ...(retryFailed === undefined ? [] : [describeRetries(retryFailed)]),
    ...(failedFirst ? ['tests that failed last run first'] : []),
    ...(maxFailures === undefined
      ? []
      : [`the rest is skipped after ${maxFailures} ${maxFailures === 1 ? 'failure' : 'failures'}`]),
  ].join('; ');
}

function describeRetries(times: number): string {
  if (times === 0) return 'failed tests are not retried';
  return `failed tests are retried ${times === 1 ? 'once' : `up to ${times} times`}`;
}
