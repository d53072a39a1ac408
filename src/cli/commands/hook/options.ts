import { readFile } from 'node:fs/promises';
import { Option } from 'commander';
import { Fault, toFault } from '../../../faults/fault.ts';
import { hookMethods } from '../../../model/hook.ts';
import type { HookActionView } from '../../../operations/hooks/hook-view.ts';
import { collect, parseWhole } from '../../cli-context.ts';

export interface HookOptions {
  env?: string;
  before?: boolean;
  after?: boolean;
  position?: number;
  enabled?: boolean;
  timeLimit?: number;
  repeatable?: boolean;
  folder?: string;
  variable?: string[];
  url?: string;
  method?: (typeof hookMethods)[number];
  header?: string[];
  bodyFile?: string;
  status?: string[];
  wait?: boolean;
  every?: number;
  field?: string;
  value?: string[];
  failValue?: string[];
  json?: boolean;
}

/** Values of an option that can be repeated; a comma is a part of a value. */
const repeat = (value: string, earlier: string[] = []) => [...earlier, value];

export const environmentOption = () =>
  new Option('-e, --env <code>', 'environment of the hook; without it, a hook of all environments');

/** The options of `add` and `edit`. */
export const hookOptions = () => [
  environmentOption(),
  new Option('--before', 'before the first test of a run'),
  new Option('--after', 'when the verdict of a run is decided, whatever it is'),
  new Option('--position <number>', 'hooks are executed by position; by default the last').argParser(
    parseWhole,
  ),
  new Option('--time-limit <time>', 'such as 90s, 5m or 1h; 5m by default').argParser(parseSeconds),
  new Option('--repeatable', 'start it again after an interruption, for example when a worker died'),
  new Option('--no-repeatable', 'it is started once, whatever happens'),
  new Option('--folder <path>', 'of a command: where it is executed, by default the Magento tree'),
  new Option(
    '--variable <name>',
    'of a command: a variable of the environment that it gets (repeatable)',
  ).argParser(collect),
  new Option(
    '--url <address>',
    'send an HTTP request; {{NAME}} is the value of a variable, also in headers and body',
  ),
  new Option('--method <method>', 'of the request; GET by default').choices(hookMethods),
  new Option('--header <header>', 'of the request, as "Name: value" (repeatable)').argParser(repeat),
  new Option('--body-file <path>', 'a file with the body of the request'),
  new Option('--status <codes>', 'statuses that pass; 200 to 299 by default').argParser(collect),
  new Option('--wait', 'repeat the request until its status passes and --field has a --value'),
  new Option('--no-wait', 'send one request'),
  new Option('--every <time>', 'between two requests; 10s by default').argParser(parseSeconds),
  new Option('--field <path>', 'a field in the JSON of the answer, such as deployment.state; implies --wait'),
  new Option('--value <text>', 'a value of the field that ends the waiting (repeatable)').argParser(repeat),
  new Option(
    '--fail-value <text>',
    'a value of the field that fails the hook at once (repeatable)',
  ).argParser(repeat),
];

/** The moment of the options; `undefined` when they name none. Errors: INPUT_INVALID for both. */
export function momentOf({ before, after }: HookOptions): 'before' | 'after' | undefined {
  if (before && after) throw new Fault('INPUT_INVALID', 'A hook is either --before or --after the tests.');
  return before ? 'before' : after ? 'after' : undefined;
}

/**
 * What a hook does by the arguments and options; `undefined` when they say nothing about it. What they do not say is as in `current`.
 * Errors: INPUT_INVALID.
 */
export async function actionOf(argv: readonly string[], options: HookOptions, current?: HookActionView) {
  const { url, method, header, bodyFile, status, wait, every, field, value, failValue, folder, variable } =
    options;
  const isRequest = [url, method, header, bodyFile, status, wait, every, field, value, failValue].some(
    isGiven,
  );
  const isCommand = argv.length > 0 || [folder, variable].some(isGiven);
  if (isRequest && isCommand) {
    throw new Fault('INPUT_INVALID', 'A hook is either a command (after --) or a request (--url).');
  }
  if (isCommand) {
    const before = current?.kind === 'command' ? current : undefined;
    return {
      kind: 'command' as const,
      argv: argv.length > 0 ? [...argv] : (before?.argv ?? []),
      folder: folder ?? before?.folder ?? undefined,
      variables: variable ?? before?.variables ?? [],
    };
  }
  if (!isRequest) return undefined;
  const before = current?.kind === 'request' ? current : undefined;
  const address = url ?? before?.url;
  if (address === undefined) throw new Fault('INPUT_INVALID', 'Name the address of the request: --url.');
  return {
    kind: 'request' as const,
    url: address,
    method: method ?? before?.method ?? 'GET',
    headers: header ? Object.fromEntries(header.map(parseHeader)) : (before?.headers ?? {}),
    body: bodyFile === undefined ? (before?.body ?? undefined) : await readBody(bodyFile),
    statuses: status ? status.map(parseWhole) : (before?.statuses ?? undefined),
    wait: waitOf(options, before?.wait),
  };
}

type WaitView = Extract<HookActionView, { kind: 'request' }>['wait'];

function waitOf({ wait, every, field, value, failValue }: HookOptions, before: WaitView | undefined) {
  if (wait === false) return undefined;
  if (!before && ![wait, every, field, value, failValue].some(isGiven)) return undefined;
  return {
    everySeconds: every ?? before?.everySeconds ?? 10,
    field: field ?? before?.field ?? undefined,
    values: value ?? before?.values ?? [],
    failedValues: failValue ?? before?.failedValues ?? [],
  };
}

const isGiven = (value: unknown) => value !== undefined;

function parseHeader(text: string): [string, string] {
  const at = text.indexOf(':');
  if (at < 1) throw new Fault('INPUT_INVALID', 'Write a header as "Name: value".');
  return [text.slice(0, at).trim(), text.slice(at + 1).trim()];
}

function parseSeconds(text: string): number {
  const [, count, unit = 's'] = /^(\d{1,6})([smh])?$/.exec(text) ?? [];
  if (count === undefined)
    throw new Fault('INPUT_INVALID', `${JSON.stringify(text)} is not a time such as 90s, 5m or 1h.`);
  return Number(count) * { s: 1, m: 60, h: 3_600 }[unit as 's' | 'm' | 'h'];
}

async function readBody(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw toFault(error, 'INPUT_INVALID');
  }
}
