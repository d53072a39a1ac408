import { z } from 'zod';
import { Fault } from '../../faults/fault.ts';
import type { SecretRule } from '../../model/env-file/secret-rule.ts';
import type { Variable } from '../../model/environment.ts';
import { maxVariableDescriptionLength, maxVariables } from '../../model/limits.ts';
import type { Scope } from '../../store/tables/variables.ts';
import type { Configuration, Context } from '../core/context.ts';
import { code, exactShownLine, timeInput, variableName, variableValue } from '../core/fields.ts';
import { defineOperation, parseInput } from '../core/operation.ts';
import { variableView, viewVariable } from '../core/views.ts';
import { getEnvironment } from './get-environment.ts';

/** The environment of an operation on variables. */
export const variableScope = code
  .optional()
  .describe('Code of an environment; without it, the global variables');

export const listVariables = defineOperation({
  name: 'variables.list',
  method: 'GET',
  path: '/api/variables',
  summary: 'List variables; secret ones without their value',
  role: 'viewer',
  audited: false,
  input: z.object({ environment: variableScope }),
  output: z.object({ variables: z.array(variableView) }),
  async run(context, { environment }, request) {
    const variables = await context.variables.list(await scopeOf(context, environment));
    return { variables: variables.map((variable) => viewVariable(variable, context, request)) };
  },
});

const description = exactShownLine(maxVariableDescriptionLength).describe('What it is for');

const newVariable = z.strictObject({
  name: variableName,
  value: variableValue,
  secret: z
    .boolean()
    .optional()
    .describe(
      'Without it the stored one is kept; a new variable is secret when its name or value looks like a secret',
    ),
  description: description.optional().describe('What it is for; without it the stored description is kept'),
});

export const setVariables = defineOperation({
  name: 'variables.set',
  method: 'PUT',
  path: '/api/variables',
  summary: 'Add or replace variables, all of them or none; others are unchanged',
  role: 'admin',
  audited: ({ environment, variables }) => subjectOf(environment, variables),
  input: z.object({
    environment: variableScope,
    variables: z.array(newVariable).min(1).max(maxVariables),
  }),
  output: z.object({ variables: z.array(variableView) }),
  async run(context, { environment, variables }, request) {
    const scope = await scopeOf(context, environment);
    const before = await context.variables.list(scope);
    await context.changeConfiguration((tables) =>
      storeVariables(tables, scope, variables, { rule: context.secretRule, by: request.principal.name }),
    );
    // One of them may be the shared secret of one-time passwords.
    if (scope !== 'global') await context.shopModules.forgetRefusal(scope);
    const stored = await context.variables.list(scope);
    const names = variables.map(({ name }) => name);
    const view = auditView(before, names);
    request.reportChange?.(view, auditView(stored, names, view));
    return { variables: stored.map((variable) => viewVariable(variable, context, request)) };
  },
});

/** Errors: INPUT_INVALID, with the name, for a value that a variable cannot have. */
export function checkVariableValue(name: string, value: string): void {
  // A schema for each name is slow, and only needed for the message of the fault.
  if (variableValue.safeParse(value).success) return;
  parseInput({ input: z.object({ [name]: variableValue }) }, { [name]: value });
}

/** Stores variables. One that does not say whether it is secret is as before, and when it is new, as the rule decides. */
export async function storeVariables(
  { variables: table }: Pick<Configuration, 'variables'>,
  scope: Scope,
  variables: readonly z.output<typeof newVariable>[],
  { rule, by }: { rule: SecretRule; by?: string },
): Promise<void> {
  // An import has thousands of variables, each with its own call, and says it of all.
  const isComplete = variables.every(({ secret }) => secret !== undefined);
  const list = isComplete ? [] : await table.list(scope);
  const stored = new Map(list.map(({ name, secret }) => [name, secret]));
  for (const variable of variables) {
    const { name, value } = variable;
    const secret = variable.secret ?? stored.get(name) ?? rule.isSecret(name, value);
    await table.set(scope, { ...variable, secret }, by);
    stored.set(name, secret);
  }
}

/** The subject of a change in the audit trail, with what was declared not to be secret. */
function subjectOf(
  environment: string | undefined,
  variables: readonly { name: string; secret?: boolean | undefined }[],
): string {
  const names = (list: readonly { name: string }[]) => list.map(({ name }) => name).join(', ');
  const plain = variables.filter(({ secret }) => secret === false);
  return `${environment ?? 'global'}: ${names(variables)}${plain.length > 0 ? `; not secret: ${names(plain)}` : ''}`;
}

/** What the audit trail shows of variables: no value, as it may be secret. `earlier`: the view before the change. */
function auditView(
  variables: readonly Variable[],
  names: readonly string[],
  earlier: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const changed = new Set(names);
  const fields = variables
    .filter(({ name }) => changed.has(name))
    .flatMap(({ name, secret, description }) => {
      const field = `${name}.description`;
      const hasDescription = description !== '' || field in earlier;
      return [[name, secret ? 'secret' : 'not secret'], ...(hasDescription ? [[field, description]] : [])];
    });
  return Object.fromEntries(fields);
}

export const editVariable = defineOperation({
  name: 'variables.edit',
  method: 'PATCH',
  path: '/api/variables/:name',
  summary: 'Change the description of a variable; its value is unchanged',
  role: 'admin',
  audited: ({ environment, name }) => `${environment ?? 'global'}: ${name}`,
  input: z.object({ name: variableName, environment: variableScope, description }),
  output: variableView,
  async run(context, { environment, name, description }, request) {
    const scope = await scopeOf(context, environment);
    const before = await getVariable(context, { scope, environment, name });
    await context.variables.describe(scope, name, description);
    const after = await getVariable(context, { scope, environment, name });
    request.reportChange?.({ description: before.description }, { description: after.description });
    return viewVariable(after, context, request);
  },
});

export const unsetVariable = defineOperation({
  name: 'variables.unset',
  method: 'DELETE',
  path: '/api/variables/:name',
  summary: 'Remove a variable',
  role: 'admin',
  audited: ({ environment, name }) => `${environment ?? 'global'}: ${name}`,
  input: z.object({ name: variableName, environment: variableScope }),
  output: z.object({}),
  async run(context, { environment, name }) {
    const removed = await context.variables.unset(await scopeOf(context, environment), name);
    if (!removed) throw unknownVariable('variable', name, environment);
    return {};
  },
});

export const rotateVariable = defineOperation({
  name: 'variables.rotate',
  method: 'POST',
  path: '/api/variables/:name/rotation',
  summary: 'Give a secret another value from a time on; attempts of runs that start later read it',
  role: 'admin',
  audited: ({ environment, name, at }) => `${environment ?? 'global'}: ${name}, from ${at}`,
  input: z.object({
    name: variableName,
    environment: variableScope,
    value: variableValue,
    at: timeInput.describe(
      'When the value takes effect, by the clock of the database; at most a year from now',
    ),
  }),
  output: variableView,
  async run(context, { environment, name, value, at }, request) {
    const scope = await scopeOf(context, environment);
    const rotation = { name, value, at: new Date(at), by: request.principal.name };
    if (!(await context.variables.rotate(scope, rotation)))
      throw unknownVariable('secret', name, environment);
    return viewVariable(await getVariable(context, { scope, environment, name }), context, request);
  },
});

export const cancelRotation = defineOperation({
  name: 'variables.cancelRotation',
  method: 'DELETE',
  path: '/api/variables/:name/rotation',
  summary: 'Cancel the rotation of a secret before its time; the value of now stays',
  role: 'admin',
  audited: ({ environment, name }) => `${environment ?? 'global'}: ${name}`,
  input: z.object({ name: variableName, environment: variableScope }),
  output: variableView,
  async run(context, { environment, name }, request) {
    const scope = await scopeOf(context, environment);
    const cancelled = await context.variables.cancelRotation(scope, name);
    if (!cancelled) throw unknownVariable('rotation of', name, environment);
    return viewVariable(await getVariable(context, { scope, environment, name }), context, request);
  },
});

/** The scope of variables. Errors: ENVIRONMENT_UNKNOWN. */
export async function scopeOf(context: Context, environment: string | undefined): Promise<Scope> {
  return environment === undefined ? 'global' : (await getEnvironment(context, environment)).id;
}

async function getVariable(
  { variables }: Pick<Context, 'variables'>,
  { scope, environment, name }: { scope: Scope; environment: string | undefined; name: string },
): Promise<Variable> {
  const variable = (await variables.list(scope)).find((each) => each.name === name);
  if (variable === undefined) throw unknownVariable('variable', name, environment);
  return variable;
}

function unknownVariable(what: string, name: string, environment: string | undefined): Fault {
  const scope = environment === undefined ? 'global' : `of ${environment}`;
  return new Fault('NOT_FOUND', `There is no ${what} ${name} (${scope}).`);
}
