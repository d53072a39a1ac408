import { z } from 'zod';
import {
  describeAction,
  type Hook,
  type HookAction,
  hookMethods,
  hookMoments,
  type RunHook,
  runHookStates,
} from '../../model/hook.ts';
import { time } from '../core/fields.ts';

const actionView = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('command'),
    argv: z.array(z.string()),
    folder: z.string().nullable().describe('Null: the Magento tree'),
    variables: z.array(z.string()),
  }),
  z.object({
    kind: z.literal('request'),
    method: z.enum(hookMethods),
    url: z.string(),
    headers: z.record(z.string(), z.string()),
    body: z.string().nullable(),
    statuses: z.array(z.number()).nullable().describe('Null: 200 to 299'),
    wait: z
      .object({
        everySeconds: z.number(),
        field: z.string().nullable(),
        values: z.array(z.string()),
        failedValues: z.array(z.string()),
      })
      .nullable(),
  }),
]);
export type HookActionView = z.output<typeof actionView>;

const summary = z.string().describe('What it does, in a line');

/** A hook of a run, and how it ended. */
export const runHookView = z.object({
  run: z.number(),
  name: z.string(),
  moment: z.enum(hookMoments),
  round: z
    .number()
    .describe('The attempt after which a user last retried the run; 0: never. Each round executes its hooks'),
  state: z
    .enum(runHookStates)
    .describe(
      '`waiting` in a finished run: it was not executed, because an earlier one failed or the run ended before',
    ),
  starts: z.number().describe('How often it was started'),
  attempt: z.number().nullable().describe('The attempt that last started it'),
  code: z.string().nullable().describe('A fault code'),
  message: z.string().nullable(),
  log: z.string().nullable().describe('The path of its log among the files of the run'),
  startedAt: time.nullable(),
  endedAt: time.nullable(),
  action: actionView,
  summary,
});
export type RunHookView = z.output<typeof runHookView>;

export const hookView = z.object({
  name: z.string(),
  environment: z.string().nullable().describe('Code of its environment; null: all environments'),
  moment: z.enum(hookMoments),
  position: z.number(),
  enabled: z.boolean(),
  action: actionView,
  summary,
  timeLimitSeconds: z.number(),
  repeatable: z.boolean(),
  appliedFrom: z.string().nullable().describe('The project file that declares it'),
  changedBy: z.string(),
  changedAt: time,
});
export type HookView = z.output<typeof hookView>;

/** A hook in the list of an environment. */
export const listedHookView = hookView.extend({
  replaced: z.boolean().describe('Of all environments, and this one has its own of the same name'),
  last: runHookView.nullable().describe('Its last execution there; null also in the list of all hooks'),
});
export type ListedHookView = z.output<typeof listedHookView>;

function viewAction(action: HookAction): HookActionView {
  if (action.kind === 'command') {
    const { kind, argv, folder = null, variables } = action;
    return { kind, argv, folder, variables };
  }
  const { kind, method, url, headers, body = null, statuses = null, wait } = action;
  return {
    ...{ kind, method, url, headers, body, statuses },
    wait: wait === undefined ? null : { ...wait, field: wait.field ?? null },
  };
}

export function viewHook(hook: Hook): HookView {
  const {
    name,
    environment,
    moment,
    position,
    enabled,
    timeLimitSeconds,
    repeatable,
    appliedFrom,
    changedBy,
  } = hook;
  return {
    ...{ name, environment: environment ?? null, moment, position, enabled },
    action: viewAction(hook.action),
    summary: describeAction(hook.action),
    ...{ timeLimitSeconds, repeatable, appliedFrom: appliedFrom ?? null, changedBy },
    changedAt: hook.changedAt.toISOString(),
  };
}

export function viewRunHook(hook: RunHook): RunHookView {
  const { runId, name, moment, round, state, starts, attempt, code, message, log, startedAt, endedAt } = hook;
  return {
    ...{ run: runId, name, moment, round, state, starts, attempt: attempt ?? null, code: code ?? null },
    ...{ message: message ?? null, log: log ?? null },
    startedAt: startedAt?.toISOString() ?? null,
    endedAt: endedAt?.toISOString() ?? null,
    action: viewAction(hook.action),
    summary: describeAction(hook.action),
  };
}
