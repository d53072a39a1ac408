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
  'Traces',
] as const;

/** One row of the table of settings. `Value` is what the program sees. */
export interface Setting<Value> {
  group: (typeof settingGroups)[number];
  /** From the text that people write to the value. */
  schema: z.ZodType<Value, string>;
  /** As text, in the form that people write. Absent: the setting has no value unless it is given. */
  default?: string;
  /** `whole`: never shown. `credentials`: a DSN or URL whose password is never shown. */
  secret?: 'whole' | 'credentials';
  description: string;
}

type ClaimResult<Value> = Omit<Setting<Value>, 'default'>;

/** A setting that always has a value. */
export function setting<Value>(given: ClaimResult<Value> & { default: string }): Setting<Value> {
  return given;
}
/** A setting that may be absent. */
export function optional<Value>(given: ClaimResult<Value>): Setting<Value | undefined> {
  return given as Setting<Value | undefined>;
}
