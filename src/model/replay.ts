/** What is recorded of the browsers of tests: nothing, what tests that did not pass did, or all. */
export const replayModes = ['off', 'failed', 'all'] as const;
export type ReplayMode = (typeof replayModes)[number];

/** What the browser of a test showed and reported: a file of its result. Times are milliseconds since 1970. */
export interface Replay {
  startedAt: number;
  endedAt: number;
  /** In the order of time; `data` is a JPEG in base64. */
  pictures: { at: number; data: string }[];
  /** In the order of time. */
  entries: ReplayEntry[];
  /** How many were recorded or seen and are left out because of the limits. */
  leftOut: { pictures: number; entries: number };
  /** What else is missing, and why. */
  missing?: string | undefined;
}

export type ReplayEntry =
  | { at: number; kind: 'page'; url: string }
  | { at: number; kind: 'console'; level: 'error' | 'warning' | 'info'; text: string }
  | { at: number; kind: 'dialog'; text: string }
  /** A request that failed: `problem` is `404`, or the error of Chrome, such as `net::ERR_CONNECTION_REFUSED`. */
  | { at: number; kind: 'request'; method: string; url: string; problem: string };
