import { z } from 'zod';
import { Fault } from '../../faults/fault.ts';
import type { ChannelKind } from '../../messages/channels/channel.ts';
import { channelKind, channelKinds } from '../../messages/channels/registry.ts';
import { type ChannelKindName, channelKindNames } from '../../model/channel.ts';
import { defineOperation } from '../core/operation.ts';

const fieldView = z.object({
  name: z.string().describe('Its name in settings or secrets'),
  label: z.string(),
  help: z.string(),
  type: z
    .enum(['text', 'lines', 'number', 'boolean', 'choice', 'list'])
    .describe('lines: a text of several lines; list: several texts'),
  required: z.boolean(),
  choices: z.array(z.string()).nullable().describe('The values of a choice'),
  default: z.union([z.string(), z.number(), z.boolean()]).nullable(),
});
type ChannelFieldView = z.output<typeof fieldView>;

const channelKindView = z.object({
  kind: z.enum(channelKindNames),
  title: z.string(),
  settings: z.array(fieldView),
  secrets: z.array(fieldView).describe('Stored encrypted, and never answered'),
  abilities: z.object({
    edit: z.boolean().describe('A message is updated while its submission runs'),
    thread: z.boolean().describe('A message can have replies'),
    recipients: z.boolean().describe('A rule can name recipients'),
  }),
});
export type ChannelKindView = z.output<typeof channelKindView>;

export const listChannelKinds = defineOperation({
  name: 'channelKinds.list',
  method: 'GET',
  path: '/api/channel-kinds',
  summary: 'List the kinds of channels, with the settings and secrets of each',
  role: 'viewer',
  audited: false,
  input: z.object({}),
  output: z.object({ kinds: z.array(channelKindView) }),
  async run() {
    return { kinds: channelKinds.map(viewChannelKind) };
  },
});

/** The kind of a channel. Errors: CHANNEL_KIND_UNKNOWN for a channel of a newer matre. */
export function kindOf(channel: { name: string; kind: ChannelKindName }): ChannelKind {
  const kind = channelKind(channel.kind);
  if (kind) return kind;
  throw new Fault(
    'CHANNEL_KIND_UNKNOWN',
    `Channel ${channel.name} is of the kind ${channel.kind}, which this version of matre does not have.`,
  );
}

function viewChannelKind({ kind, title, settings, secrets, abilities }: ChannelKind): ChannelKindView {
  return { kind, title, settings: fieldsOf(settings), secrets: fieldsOf(secrets), abilities };
}

/** A property of the JSON schema that zod makes of the settings of a kind. */
interface Property {
  type?: string;
  title?: string;
  description?: string;
  enum?: string[];
  default?: string | number | boolean;
  /** Of a text with several lines, set by `.meta({ format: 'lines' })`. */
  format?: string;
}

function fieldsOf(schema: z.ZodType): ChannelFieldView[] {
  const { properties = {}, required = [] } = z.toJSONSchema(schema, {
    io: 'input',
    unrepresentable: 'any',
  }) as { properties?: Record<string, Property>; required?: string[] };
  return Object.entries(properties).map(([name, property]) => ({
    name,
    label: property.title ?? labelOf(name),
    help: property.description ?? '',
    type: typeOf(property),
    required: required.includes(name),
    choices: property.enum ?? null,
    default: property.default ?? null,
  }));
}

function typeOf({ type, enum: choices, format }: Property): ChannelFieldView['type'] {
  if (choices !== undefined) return 'choice';
  if (type === 'array') return 'list';
  if (type === 'boolean') return 'boolean';
  if (type === 'number' || type === 'integer') return 'number';
  return format === 'lines' ? 'lines' : 'text';
}

/** `oldSecret` becomes `Old secret`, and `apiUrl` becomes `API URL`. */
function labelOf(name: string): string {
  const words = name
    .replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
    .replace(/\b(api|id|url)\b/g, (word) => word.toUpperCase());
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
}
