import { text } from 'node:stream/consumers';
import { Option } from 'commander';
import { Fault } from '../../../faults/fault.ts';
import type { ChannelKindView } from '../../../operations/channels/channel-kinds.ts';
import type { Terminal } from '../../output/terminal.ts';
import { promptHidden } from '../../prompt.ts';
import { readSource } from '../template/arguments.ts';

/** Values of an option that can be repeated; a comma is a part of a value. */
const repeat = (value: string, earlier: string[] = []) => [...earlier, value];

/** The options of `add` and `edit`. A secret itself is never an option: other users of the machine can read arguments. */
export const fieldOptions = () => [
  new Option(
    '--set <field=value>',
    'a setting (repeatable); several values of a list are separated by commas',
  ).argParser(repeat),
  new Option(
    '--set-file <field=path>',
    'a setting with the content of a file, such as a certificate',
  ).argParser(repeat),
  new Option('--secret <field>', 'prompt for a secret (repeatable)').argParser(repeat),
  new Option('--secret-stdin <field>', 'read a secret from standard input'),
  new Option('--secret-file <field=path>', 'read a secret from a file (repeatable)').argParser(repeat),
  new Option('--personal', 'users may subscribe to it for themselves'),
  new Option('--no-personal', 'only rules use it'),
];

export interface FieldOptions {
  set?: string[];
  setFile?: string[];
  secret?: string[];
  secretStdin?: string;
  secretFile?: string[];
  personal?: boolean;
}

type Field = ChannelKindView['settings'][number];
type Values = Record<string, string | number | boolean | string[] | null>;

/** The settings of the options, for the fields of a kind; an empty value removes one. Errors: INPUT_INVALID. */
export async function readSettings(kind: ChannelKindView, options: FieldOptions): Promise<Values> {
  const settings: Values = {};
  for (const [name, value] of (options.set ?? []).map(splitField)) {
    settings[name] = parseValue(findField(kind, 'settings', name), value);
  }
  for (const [name, path] of (options.setFile ?? []).map(splitField)) {
    findField(kind, 'settings', name);
    settings[name] = await readSource(path);
  }
  return settings;
}

/**
 * The secrets of the options, and of prompts: for those of `--secret`, and for `required` ones that no option has. Errors: INPUT_INVALID,
 * also without a terminal for a prompt.
 */
export async function readSecrets(
  terminal: Terminal,
  kind: ChannelKindView,
  options: FieldOptions,
  { required }: { required: boolean },
): Promise<Record<string, string>> {
  const secrets: Record<string, string> = {};
  const { secretStdin } = options;
  for (const [name, path] of (options.secretFile ?? []).map(splitField)) {
    findField(kind, 'secrets', name);
    secrets[name] = withoutLineEnd(await readSource(path));
  }
  if (secretStdin !== undefined) {
    findField(kind, 'secrets', secretStdin);
    secrets[secretStdin] = withoutLineEnd(await text(terminal.stdin));
  }
  const missing = required ? kind.secrets.filter((field) => field.required).map(({ name }) => name) : [];
  const prompts = new Set(
    [...(options.secret ?? []), ...missing].filter((name) => secrets[name] === undefined),
  );
  for (const name of prompts) {
    const { label } = findField(kind, 'secrets', name);
    secrets[name] = await promptHidden(
      terminal,
      `${label}: `,
      `--secret-stdin ${name} or --secret-file ${name}=FILE`,
    );
  }
  return secrets;
}

/** A field of a kind. Errors: INPUT_INVALID for an unknown one, and for a secret that would be an argument. */
function findField(kind: ChannelKindView, of: 'settings' | 'secrets', name: string): Field {
  const field = kind[of].find((each) => each.name === name);
  if (field) return field;
  if (of === 'settings' && kind.secrets.some((each) => each.name === name)) {
    throw new Fault('INPUT_INVALID', `${name} is a secret: use --secret ${name}, which prompts for it.`);
  }
  const names = kind[of].map((each) => each.name).join(', ');
  const what = of === 'settings' ? 'settings' : 'secrets';
  const others = names === '' ? `It has no ${what}.` : `It has: ${names}.`;
  throw new Fault(
    'INPUT_INVALID',
    `The kind ${kind.kind} has no ${JSON.stringify(name)} among its ${what}. ${others}`,
  );
}

function parseValue({ name, type }: Field, value: string): Values[string] {
  if (value === '') return null;
  if (type === 'list') return value.split(',').map((part) => part.trim());
  if (type === 'number') {
    if (/^-?\d{1,15}$/.test(value)) return Number(value);
    throw new Fault('INPUT_INVALID', `${name} must be a whole number.`);
  }
  if (type === 'boolean') {
    if (/^(true|false|yes|no)$/.test(value)) return value === 'true' || value === 'yes';
    throw new Fault('INPUT_INVALID', `${name} must be true or false.`);
  }
  return value;
}

function splitField(option: string): [name: string, value: string] {
  const at = option.indexOf('=');
  // Of a secret that was typed here by mistake nothing is shown; base64 may have a = at its end.
  if (!/^[a-z][A-Za-z0-9]{0,30}=/.test(option))
    throw new Fault('INPUT_INVALID', 'Write a field and its value as field=value.');
  return [option.slice(0, at), option.slice(at + 1)];
}

const withoutLineEnd = (content: string) => content.replace(/\r?\n$/, '');
