import type { FaultCode } from '../faults/fault.ts';

/** When a hook is executed: before the first test of a run, or when its verdict is decided. */
export const hookMoments = ['before', 'after'] as const;
export type HookMoment = (typeof hookMoments)[number];

export const hookMethods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;

/** A command in the first container of the environment. */
export interface HookCommand {
  kind: 'command';
  argv: string[];
  /** The folder in the container; `undefined`: that of the Magento tree. */
  folder?: string | undefined;
  /** Names of variables of the environment that the command gets in its process environment. */
  variables: string[];
}

/** An HTTP request of the worker. URL, headers and body may have variables as `{{NAME}}`. */
export interface HookRequest {
  kind: 'request';
  method: (typeof hookMethods)[number];
  url: string;
  headers: Record<string, string>;
  body?: string | undefined;
  /** The statuses that pass; `undefined`: 200 to 299. */
  statuses?: number[] | undefined;
  /** The request is repeated until its answer matches. */
  wait?: HookWait | undefined;
}

export interface HookWait {
  everySeconds: number;
  /** The path of a field in the JSON of the answer, such as `deployment.state` or `items.0.done`. */
  field?: string | undefined;
  /** The values of the field, as text, that end the waiting. */
  values: string[];
  /** The values of the field that fail the hook at once. */
  failedValues: string[];
}

export type HookAction = HookCommand | HookRequest;

/** What a hook does, and how. */
export interface HookTask {
  name: string;
  moment: HookMoment;
  action: HookAction;
  timeLimitSeconds: number;
  /** It may be started again after an interruption. */
  repeatable: boolean;
}

/** A hook of an environment, or of all. */
export interface Hook extends HookTask {
  id: number;
  /** Code of its environment; `undefined`: it is of all environments. */
  environment: string | undefined;
  /** Hooks of one moment are executed by position, then by name. */
  position: number;
  enabled: boolean;
  /** The project file that declares it. */
  appliedFrom: string | undefined;
  changedBy: string;
  changedAt: Date;
}

export const runHookStates = ['waiting', 'running', 'passed', 'failed', 'interrupted'] as const;
export type RunHookState = (typeof runHookStates)[number];

/** A hook of a run, as it was when the round of the run began. */
export interface RunHook extends HookTask {
  id: number;
  runId: number;
  /** The attempt after which a user last retried the run: each round executes its hooks. */
  round: number;
  number: number;
  state: RunHookState;
  /** How often it was started. */
  starts: number;
  /** The attempt that last started it. */
  attempt: number | undefined;
  code: FaultCode | undefined;
  message: string | undefined;
  /** The path of its log among the files of the run. */
  log: string | undefined;
  startedAt: Date | undefined;
  endedAt: Date | undefined;
}

/** Whether a hook of a run is not started any more. */
export function isSettled({ state, code }: Pick<RunHook, 'state' | 'code'>): boolean {
  return state === 'passed' || state === 'failed' || code !== undefined;
}

/** Whether hooks may have this name. It becomes a part of file names. */
export const isHookName = (text: string) => /^[a-z0-9][a-z0-9_-]{0,62}$/.test(text);

/** A hook as a user reads it: `php bin/magento cache:flush` or `POST https://deploy.example.com/...`. */
export function describeAction(action: HookAction): string {
  if (action.kind === 'command') return action.argv.join(' ');
  const request = `${action.method} ${action.url}`;
  return action.wait ? `${request} until it matches` : request;
}

/** `{{NAME}}` in the URL, a header or the body of a request. */
export const hookPlaceholder = /\{\{ ?([A-Za-z_][A-Za-z0-9_]*) ?\}\}/g;

/** The names of variables that a hook reads, each once; also those of the run. */
export function variablesOfHook(action: HookAction): string[] {
  if (action.kind === 'command') return [...new Set(action.variables)];
  const texts = [action.url, ...Object.values(action.headers), action.body ?? ''];
  const names = texts.flatMap((text) => Array.from(text.matchAll(hookPlaceholder), ([, name = '']) => name));
  return [...new Set(names)];
}
