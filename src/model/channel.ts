/** The kinds of channels, in the order in which users see them. */
export const channelKindNames = [
  'slack-bot',
  'slack-webhook',
  'teams',
  'mattermost',
  'google-chat',
  'email',
  'webhook',
  'github',
  'gitlab',
] as const;
export type ChannelKindName = (typeof channelKindNames)[number];

/** Where messages go. */
export interface Channel {
  id: number;
  /** Unique by `nameKey`. */
  name: string;
  kind: ChannelKindName;
  /** As the schema of the kind describes them. */
  settings: Record<string, unknown>;
  /** The secrets that are stored, by field, in alphabetical order; `Channels.readSecrets` has their values. */
  secretNames: string[];
  /** Users may subscribe to it for themselves. */
  personal: boolean;
  /** Set while nothing is sent through it. */
  disabled: { since: Date; by: string } | undefined;
  /** The receiver asked for no message before this time. */
  blockedUntil: Date | undefined;
  /** Why the receiver refuses messages for good, in words. */
  problem: string | undefined;
  /** Increases with each change of a user. */
  revision: number;
  createdBy: string;
  createdAt: Date;
  changedBy: string;
  changedAt: Date;
}

/** The values of secrets, by field. */
export type ChannelSecrets = Record<string, string>;
