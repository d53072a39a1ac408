/** Why a queued run does not run yet, the weightiest first. */
export const waitCodes = [
  'environment-busy',
  'environment-paused',
  'behind',
  'retry',
  'locks-unreachable',
  'engine-away',
  'environment-locked',
  'no-worker',
  'no-free-worker',
  'starting',
] as const;
export type WaitCode = (typeof waitCodes)[number];
