import type { z } from 'zod';

export const settingGroups = [
  'Store',
  'Locks',
  'Containers',
  'Test module',
  'Selenium',
  'Workers',
  'MFTF',
  'Server',
  'Sign-in',
  'Messages',
  'Traces',
  'Alerts',
] as const;

/** One row of the table of settings. `Value` is the type of the parsed value. */
export interface Setting<Value> {
  group: (typeof settingGroups)[number];
  /** Parses the text of the setting. */
  schema: z.ZodType<Value, string>;
  /** The default, in the text form of the setting. Absent: the setting has no value unless it is set. */
  default?: string;
  /** Another name of the environment variable, which other programs use too. */
  alias?: string;
  /** `whole`: never shown. `credentials`: a DSN or URL whose password is never shown. */
  secret?: 'whole' | 'credentials';
  description: string;
}

type RowWithoutDefault<Value> = Omit<Setting<Value>, 'default'>;

/** A setting that always has a value. */
export function setting<Value>(row: RowWithoutDefault<Value> & { default: string }): Setting<Value> {
  return row;
}
/** A setting that may be absent. */
export function optional<Value>(row: RowWithoutDefault<Value>): Setting<Value | undefined> {
  return row as Setting<Value | undefined>;
}
