import { z } from 'zod';
import { Fault } from '../../faults/fault.ts';
import type { ChannelKind } from '../../messages/channels/channel.ts';
import { channelKinds } from '../../messages/channels/registry.ts';
import type { Channel, ChannelSecrets } from '../../model/channel.ts';
import { text } from '../core/fields.ts';
import { describeIssues } from '../core/operation.ts';

/** A certificate in PEM has 2 kB. */
const maxTextLength = 20_000;
const maxListEntries = 100;

/** The value of a setting of a channel, before the schema of its kind sees it. */
export const fieldValue = z.union([
  text(maxTextLength),
  z.number(),
  z.boolean(),
  z.array(text(2_000)).max(maxListEntries),
]);

/** Fields by name, of those that any kind has; null removes one. */
const fields = <Value extends z.ZodType>(of: 'settings' | 'secrets', value: Value) => {
  const names = channelKinds.flatMap((kind) => fieldNamesOf(kind[of]));
  return z.partialRecord(z.enum([...new Set(names)]), value.nullable());
};

/** The names of the fields of an object. */
export function fieldNamesOf(schema: z.ZodType): string[] {
  return schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
}

export const settingsInput = fields('settings', fieldValue).describe(
  'By field, see GET /api/channel-kinds; null removes one',
);
export const secretsInput = fields('secrets', text(maxTextLength)).describe(
  'By field; null removes one. They are stored encrypted, and never answered',
);

/** Changes of fields. */
export interface FieldChanges {
  settings?: z.output<typeof settingsInput> | undefined;
  secrets?: z.output<typeof secretsInput> | undefined;
}

/**
 * The settings and secrets of a channel after a change, as the schemas of its kind accept them. Secrets that no change names stay as
 * they are (`secrets` is `undefined` when none is named). Errors: INPUT_INVALID, which names all wrong fields, and also the secrets that
 * must be entered again because they would be sent to another place.
 */
export function changeFields(
  kind: ChannelKind,
  changes: FieldChanges,
  current?: { channel: Channel; readSecrets: () => ChannelSecrets },
): { settings: Record<string, unknown>; secrets: ChannelSecrets | undefined } {
  const settings = parse(kind.settings, 'settings', merge(current?.channel.settings, changes.settings));
  if (current !== undefined) assertSameDestination(kind, current.channel, settings, changes.secrets);
  if (current !== undefined && changes.secrets === undefined) return { settings, secrets: undefined };
  // Without the key that encrypted them, all of them can still be replaced.
  const keepsSome = current?.channel.secretNames.some((name) => changes.secrets?.[name] === undefined);
  const stored = keepsSome ? current?.readSecrets() : undefined;
  const secrets = parse(kind.secrets, 'secrets', merge(stored, changes.secrets));
  return { settings, secrets: secrets as ChannelSecrets };
}

function merge(
  current: Record<string, unknown> = {},
  changes: Record<string, unknown> = {},
): Record<string, unknown> {
  const merged = { ...current, ...changes };
  return Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== null && value !== ''));
}

function parse(schema: z.ZodType, name: string, value: unknown): Record<string, unknown> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data as Record<string, unknown>;
  const issues = parsed.error.issues.map((issue) => ({ ...issue, path: [name, ...issue.path] }));
  throw new Fault('INPUT_INVALID', describeIssues(issues));
}

/** A user who may edit a channel may not send its password to a server of his own. */
function assertSameDestination(
  kind: ChannelKind,
  channel: Channel,
  settings: Record<string, unknown>,
  secrets: FieldChanges['secrets'] = {},
): void {
  if (kind.destination === undefined) return;
  const before = kind.settings.safeParse(channel.settings);
  if (before.success && kind.destination(before.data) === kind.destination(settings)) return;
  const kept = channel.secretNames.filter((name) => secrets[name] === undefined);
  if (kept.length === 0) return;
  throw new Fault(
    'INPUT_INVALID',
    `The change would send secrets to another place, so they must be entered again: ${kept.join(', ')}.`,
  );
}
