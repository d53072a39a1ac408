import type { HookActionView, HookView } from '#src/operations/hooks/hook-view.ts';

/** The fields of the form of a hook, as texts where users write texts. */
export interface HookDraft {
  name: string;
  scope: 'environment' | 'global';
  moment: 'before' | 'after';
  kind: 'command' | 'request';
  /** The program and each argument on a line. */
  argv: string;
  folder: string;
  /** Names, separated by blanks or commas. */
  variables: string;
  method: string;
  url: string;
  /** `Name: value`, each on a line. */
  headers: string;
  body: string;
  statuses: string;
  waits: boolean;
  everySeconds: number;
  field: string;
  /** Each on a line. */
  values: string;
  failedValues: string;
  timeLimitSeconds: number;
  position: string;
  repeatable: boolean;
  enabled: boolean;
}

const newDraft: HookDraft = {
  name: '',
  scope: 'environment',
  moment: 'before',
  kind: 'command',
  argv: '',
  folder: '',
  variables: '',
  method: 'GET',
  url: '',
  headers: '',
  body: '',
  statuses: '',
  waits: false,
  everySeconds: 10,
  field: '',
  values: '',
  failedValues: '',
  timeLimitSeconds: 300,
  position: '',
  repeatable: false,
  enabled: true,
};

/** The draft for a hook, or for a new one. */
export function draftOf(hook?: HookView): HookDraft {
  if (!hook) return newDraft;
  const { name, environment, moment, action, timeLimitSeconds, position, repeatable, enabled } = hook;
  return {
    ...newDraft,
    ...{ name, moment, timeLimitSeconds, repeatable, enabled },
    scope: environment === null ? 'global' : 'environment',
    position: String(position),
    ...(action.kind === 'command' ? commandFields(action) : requestFields(action)),
  };
}

function commandFields({ argv, folder, variables }: Extract<HookActionView, { kind: 'command' }>) {
  return {
    kind: 'command' as const,
    argv: argv.join('\n'),
    folder: folder ?? '',
    variables: variables.join(' '),
  };
}

function requestFields(action: Extract<HookActionView, { kind: 'request' }>): Partial<HookDraft> {
  const { method, url, headers, body, statuses, wait } = action;
  return {
    ...{ kind: 'request', method, url, body: body ?? '' },
    headers: Object.entries(headers)
      .map(([name, value]) => `${name}: ${value}`)
      .join('\n'),
    statuses: statuses?.join(' ') ?? '',
    waits: wait !== null,
    ...(wait && {
      everySeconds: wait.everySeconds,
      field: wait.field ?? '',
      values: wait.values.join('\n'),
      failedValues: wait.failedValues.join('\n'),
    }),
  };
}

/** The body of the request that adds or changes a hook, without its name and environment. */
export function bodyOf(draft: HookDraft) {
  const { moment, timeLimitSeconds, repeatable, enabled, position } = draft;
  return {
    ...{ moment, timeLimitSeconds, repeatable, enabled },
    ...(position.trim() !== '' && { position: Number(position) }),
    action: draft.kind === 'command' ? commandOf(draft) : requestOf(draft),
  };
}

function commandOf({ argv, folder, variables }: HookDraft) {
  return {
    kind: 'command',
    argv: argv.replace(/\n+$/, '').split('\n'),
    ...(folder.trim() !== '' && { folder: folder.trim() }),
    variables: words(variables),
  };
}

function requestOf({ method, url, body, statuses, waits, ...draft }: HookDraft) {
  const codes = words(statuses).map(Number);
  return {
    ...{ kind: 'request', method, url: url.trim() },
    headers: Object.fromEntries(lines(draft.headers).map(splitHeader)),
    ...(body !== '' && { body }),
    ...(codes.length > 0 && { statuses: codes }),
    ...(waits && { wait: waitOf(draft) }),
  };
}

function waitOf({
  everySeconds,
  field,
  values,
  failedValues,
}: Pick<HookDraft, 'everySeconds' | 'field' | 'values' | 'failedValues'>) {
  return {
    everySeconds,
    ...(field.trim() !== '' && { field: field.trim() }),
    values: lines(values),
    failedValues: lines(failedValues),
  };
}

const words = (text: string) => text.split(/[\s,]+/).filter((word) => word !== '');
const lines = (text: string) => text.split('\n').flatMap((line) => line.trim() || []);

function splitHeader(line: string): [string, string] {
  const at = line.indexOf(':');
  return at < 0 ? [line, ''] : [line.slice(0, at).trim(), line.slice(at + 1).trim()];
}
