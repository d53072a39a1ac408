import { z } from 'zod';
import { Fault } from '../../faults/fault.ts';
import type { Hook } from '../../model/hook.ts';
import type { HookScope } from '../../store/tables/hooks.ts';
import type { Context } from '../core/context.ts';
import { code, runId } from '../core/fields.ts';
import { defined, defineOperation } from '../core/operation.ts';
import { getEnvironment } from '../environments/get-environment.ts';
import { hookChanges, hookFields, hookName } from './hook-fields.ts';
import { hookView, listedHookView, runHookView, viewHook, viewRunHook } from './hook-view.ts';

const environment = code
  .optional()
  .describe('Code of its environment; without it, a hook of all environments');

/** A hook with its environment, for the audit trail. */
const subject = ({ name, environment }: { name: string; environment?: string | undefined }) =>
  `${name} (${environment ?? 'all environments'})`;

export const listHooks = defineOperation({
  name: 'hooks.list',
  method: 'GET',
  path: '/api/hooks',
  summary:
    'List hooks in the order of their execution: all, or those of an environment with their last executions',
  role: 'viewer',
  audited: false,
  input: z.object({
    environment: code
      .optional()
      .describe('Only the hooks that its runs may execute: its own, and those of all environments'),
  }),
  output: z.object({ hooks: z.array(listedHookView) }),
  async run(context, { environment }) {
    if (environment === undefined) {
      const hooks = await context.hooks.list();
      return { hooks: hooks.map((hook) => ({ ...viewHook(hook), replaced: false, last: null })) };
    }
    const { id } = await getEnvironment(context, environment);
    const hooks = await context.hooks.listOf(id);
    const names = [...new Set(hooks.map(({ name }) => name))];
    const newest = await context.runHooks.newest(id, names);
    const own = new Set(hooks.filter((hook) => hook.environment !== undefined).map(({ name }) => name));
    const inOrder = [...hooks].sort(byExecution);
    return {
      hooks: inOrder.map((hook) => {
        const last = newest.get(hook.name);
        const replaced = hook.environment === undefined && own.has(hook.name);
        return { ...viewHook(hook), replaced, last: last && !replaced ? viewRunHook(last) : null };
      }),
    };
  },
});

function byExecution(one: Hook, other: Hook): number {
  if (one.moment !== other.moment) return one.moment === 'before' ? -1 : 1;
  return one.position - other.position || (one.name < other.name ? -1 : 1);
}

export const showHook = defineOperation({
  name: 'hooks.show',
  method: 'GET',
  path: '/api/hooks/:name',
  summary: 'Show a hook',
  role: 'viewer',
  audited: false,
  input: z.object({ name: hookName, environment }),
  output: hookView,
  run: async (context, { name, environment }) =>
    viewHook(await context.hooks.get(await scopeOf(context, environment), name)),
});

export const addHook = defineOperation({
  name: 'hooks.add',
  method: 'POST',
  path: '/api/hooks',
  summary: 'Add a hook: a command or HTTP request before or after the tests of runs',
  role: 'admin',
  audited: subject,
  input: z.object({ name: hookName, environment, ...hookFields }),
  output: hookView,
  async run(context, { name, environment, ...fields }, { principal }) {
    const scope = await scopeOf(context, environment);
    const { position } = fields;
    return viewHook(
      await context.hooks.create(scope, name, principal.name, {
        ...fields,
        position,
        appliedFrom: undefined,
      }),
    );
  },
});

export const editHook = defineOperation({
  name: 'hooks.edit',
  method: 'PATCH',
  path: '/api/hooks/:name',
  summary: 'Change a hook; runs that have begun keep it as it was',
  role: 'admin',
  audited: subject,
  input: z.object({ name: hookName, environment, ...hookChanges }),
  output: hookView,
  async run(context, { name, environment, ...changes }, { principal }) {
    const changed = defined(changes);
    if (Object.keys(changed).length === 0)
      throw new Fault('INPUT_INVALID', 'Nothing to change: name a field.');
    const scope = await scopeOf(context, environment);
    return viewHook(
      await context.hooks.update(scope, name, principal.name, (current) => ({ ...current, ...changed })),
    );
  },
});

export const removeHook = defineOperation({
  name: 'hooks.remove',
  method: 'DELETE',
  path: '/api/hooks/:name',
  summary: 'Remove a hook; runs that have begun still execute it',
  role: 'admin',
  audited: subject,
  input: z.object({ name: hookName, environment }),
  output: hookView,
  run: async (context, { name, environment }) =>
    viewHook(await context.hooks.remove(await scopeOf(context, environment), name)),
});

export const testHook = defineOperation({
  name: 'hooks.test',
  method: 'POST',
  path: '/api/hooks/:name/test',
  summary:
    'Execute a hook now, on an environment where no run is under way; one that waits sends one request',
  role: 'admin',
  audited: ({ on, ...hook }) => `${subject(hook)}${on === undefined ? '' : ` on ${on}`}`,
  input: z.object({
    name: hookName,
    environment,
    on: code.optional().describe('Where to execute a hook of all environments'),
  }),
  output: z.object({
    passed: z.boolean(),
    message: z.string().nullable().describe('Why it failed'),
    durationMs: z.number(),
    output: z.string().describe('The end of its log'),
  }),
  async run(context, { name, environment, on = environment }) {
    if (on === undefined) throw new Fault('INPUT_INVALID', 'Name the environment to execute the hook on.');
    const hook = await context.hooks.get(await scopeOf(context, environment), name);
    const {
      passed,
      message = null,
      durationMs,
      output,
    } = await context.tryHook(await getEnvironment(context, on), hook);
    return { passed, message, durationMs, output };
  },
});

export const listRunHooks = defineOperation({
  name: 'runs.hooks',
  method: 'GET',
  path: '/api/runs/:id/hooks',
  summary: 'List the hooks of a run, with how each ended',
  role: 'viewer',
  audited: false,
  live: true,
  input: z.object({ id: runId }),
  output: z.object({ hooks: z.array(runHookView) }),
  async run(context, { id }) {
    await context.runs.get(id);
    return { hooks: (await context.runHooks.list(id)).map(viewRunHook) };
  },
});

async function scopeOf(context: Context, environment: string | undefined): Promise<HookScope> {
  return environment === undefined ? 'global' : (await getEnvironment(context, environment)).id;
}
