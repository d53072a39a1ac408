/** What an alert is about. */
export const alertKinds = [
  'disk-full',
  'worker-lost',
  'schedule-failed',
  'environment-broken',
  'queue-old',
  'engine-unreachable',
  'certificate-ends',
  'doctor-finding',
] as const;
export type AlertKind = (typeof alertKinds)[number];

/** A state that an operator must act on. */
export interface Alert {
  id: number;
  kind: AlertKind;
  /** What it is about, in a few words: `preprod-us`, `worker-1 /var/lib/matre`, `preprod-us and 11 more`. */
  subject: string;
  /** What is wrong, in plain words. Of an alert that ended, as it was seen last. */
  message: string;
  /** What to do. */
  action: string;
  /** The path of the page that shows more, such as `/environments/preprod-us`. */
  page: string;
  /** When it was seen first. */
  startedAt: Date;
  lastSeenAt: Date;
  endedAt: Date | undefined;
  /** Why it ended. */
  endReason: string | undefined;
  /** The keys of the conditions that it consists of now: codes of environments, ids of workers, names of schedules, ... */
  keys: string[];
}

/** What a watcher saw: one thing that is wrong. */
export interface AlertCondition {
  /** Unique within its source, and the same as long as the condition lasts. */
  key: string;
  subject: string;
  message: string;
  action: string;
  page: string;
  /** What several of them have in common: `The shop does not respond`. Without it their messages are listed. */
  common?: string;
}

/** What one source saw at one time. What it does not name is absent. */
export interface AlertObservation {
  /** What judges, such as `disk-full@worker-1` or `doctor-finding/shop-away`. */
  source: string;
  kind: AlertKind;
  present: AlertCondition[];
  /** Keys that could not be judged now, or all keys that are not present. They neither begin nor end an alert. */
  undecided: 'others' | readonly string[];
  /** Why conditions ended, by key. */
  endReasons?: ReadonlyMap<string, string>;
  /** Why the others ended. */
  endReason: string;
}

/** The key of the condition that no worker is up. */
export const noWorkerKey = 'none';

/** A condition of an open alert. */
export interface AlertMember {
  key: string;
  /** How often in a row it was absent. */
  absent: number;
}

/** A condition that was present, but too few times to begin an alert. */
export interface PendingCondition {
  /** When it was seen first. */
  since: string;
  times: number;
}

/** How many of the newest runs of an environment are broken, from their verdicts with the newest first. */
export const brokenStreak = (verdicts: readonly string[]): number => {
  const end = verdicts.findIndex((verdict) => verdict !== 'broken');
  return end === -1 ? verdicts.length : end;
};
