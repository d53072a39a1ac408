import { z } from 'zod';
import { Fault } from '../../faults/fault.ts';
import type { Scope } from '../../store/tables/variables.ts';
import type { Context } from '../core/context.ts';
import { code, variableName, variableValue } from '../core/fields.ts';
import { defineOperation } from '../core/operation.ts';
import { variableView, viewVariable } from '../core/views.ts';
import { getEnvironment } from './get-environment.ts';

const environment = code.optional().describe('Code of an environment; without it, the global variables');

export const listVariables = defineOperation({
  name: 'variables.list',
  method: 'GET',
  path: '/api/variables',
  summary: 'List variables; secret ones without their value',
  role: 'viewer',
  audited: false,
  input: z.object({ environment }),
  output: z.object({ variables: z.array(variableView) }),
  async run(context, { environment }, request) {
    const variables = await context.variables.list(await scopeOf(context, environment));
    return { variables: variables.map((variable) => viewVariable(variable, context, request)) };
  },
});

export const setVariables = defineOperation({
  name: 'variables.set',
  method: 'PUT',
  path: '/api/variables',
  summary: 'Add or replace variables; others are unchanged',
  role: 'admin',
  audited: ({ environment, variables }) =>
    `${environment ?? 'global'}: ${variables.map(({ name }) => name).join(', ')}`,
  input: z.object({
    environment,
    variables: z
      .array(z.strictObject({ name: variableName, value: variableValue, secret: z.boolean().default(false) }))
      .min(1)
      .max(1000),
  }),
  output: z.object({ variables: z.array(variableView) }),
  async run(context, { environment, variables }, request) {
    const scope = await scopeOf(context, environment);
    for (const variable of variables) await context.variables.set(scope, variable);
    // One of them may be the shared secret of one-time passwords.
    if (scope !== 'global') await context.shopModules.forgetRefusal(scope);
    const stored = await context.variables.list(scope);
    return { variables: stored.map((variable) => viewVariable(variable, context, request)) };
  },
});

export const unsetVariable = defineOperation({
  name: 'variables.unset',
  method: 'DELETE',
  path: '/api/variables/:name',
  summary: 'Remove a variable',
  role: 'admin',
  audited: ({ environment, name }) => `${environment ?? 'global'}: ${name}`,
  input: z.object({ name: variableName, environment }),
  output: z.object({}),
  async run(context, { environment, name }) {
    const removed = await context.variables.unset(await scopeOf(context, environment), name);
    const scope = environment === undefined ? 'global' : `of ${environment}`;
    if (!removed) throw new Fault('NOT_FOUND', `There is no variable ${name} (${scope}).`);
    return {};
  },
});

async function scopeOf(context: Context, environment: string | undefined): Promise<Scope> {
  return environment === undefined ? 'global' : (await getEnvironment(context, environment)).id;
}
