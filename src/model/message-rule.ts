/** When a rule announces a submission, an alert, a reservation or a digest. A rule may have several. */
export const occasions = [
  'always',
  'failed',
  'broken',
  'first-failure',
  'recovery',
  'changed',
  'flaky',
  'alert',
  'reservation',
  'digest',
] as const;
export type Occasion = (typeof occasions)[number];

/** Which submissions a rule is about. An empty list allows all. */
export interface RuleConditions {
  /** Codes of environments, or patterns of them; one that the submission has is enough. */
  environments: string[];
  /** Names of schedules and saved selections; one of them is enough. */
  schedules: string[];
  saved: string[];
  /** Names of branches of the test module, or patterns of them. */
  branches: string[];
  /** Names of principals, or patterns of them. */
  requesters: string[];
  /** Kinds of alerts; for the occasion `alert`. */
  alerts: string[];
}

/** Times of each day in which messages wait; over midnight when `from` is later than `until`. */
export interface QuietHours {
  /** `22:00` */
  from: string;
  /** `07:00` */
  until: string;
  /** A name of the IANA database. */
  zone: string;
}

export const digestPeriods = ['daily', 'weekly'] as const;

/** When a rule sends a digest. */
export interface DigestTime {
  period: (typeof digestPeriods)[number];
  /** `08:00` */
  at: string;
  zone: string;
  /** Of a weekly one: 0 is Sunday. */
  weekday: number;
}

/** Which notices are announced on which channel. */
export interface MessageRule {
  id: number;
  /** Unique, ignoring case; of a subscription, `undefined`. */
  name: string | undefined;
  channel: { id: number; name: string };
  /** E-mail addresses or member ids; empty: the default of the channel. */
  recipients: string[];
  conditions: RuleConditions;
  occasions: Occasion[];
  quietHours: QuietHours | undefined;
  digest: DigestTime | undefined;
  /** When its next digest is due. */
  digestAt: Date | undefined;
  /** The user whose subscription it is. A user's subscription is about his own submissions, unless `ownOnly` is false. */
  owner: { id: number; name: string; ownOnly: boolean } | undefined;
  disabled: { since: Date; by: string } | undefined;
  createdBy: string;
  createdAt: Date;
  changedBy: string;
  changedAt: Date;
}

/** What a rule needs to know of a channel. */
export interface RuleChannel {
  id: number;
  name: string;
  kind: string;
  disabled: boolean;
  /** Operators allow users to subscribe to it. */
  personal: boolean;
  abilities: { edit: boolean; thread: boolean; recipients: boolean };
  /** Who gets messages without a recipient, where the settings of the channel say so. */
  defaultRecipient: string | undefined;
}
