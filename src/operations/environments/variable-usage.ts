import { z } from 'zod';
import { envLayers } from '../../mftf/module/env-files.ts';
import { isReadByMftf } from '../../model/env-file/mftf-variables.ts';
import type { Environment } from '../../model/environment.ts';
import { variablesOfHook } from '../../model/hook.ts';
import type { Context } from '../core/context.ts';
import { code, variableName } from '../core/fields.ts';
import { defineOperation } from '../core/operation.ts';
import { shownValue, variableValue } from '../core/views.ts';
import { getEnvironment } from './get-environment.ts';

const environment = code.describe('Code of an environment; the uses are those of its tests and hooks');
const commitView = z
  .object({ id: z.string(), subject: z.string() })
  .describe('Commit of the test module whose tests were read');

const hookNames = z.array(z.string()).describe('Hooks of the environment that read it');
const readByMftf = z.boolean().describe('MFTF itself reads it');

export const showVariableUsage = defineOperation({
  name: 'variables.usage',
  method: 'GET',
  path: '/api/variables/usage',
  summary: 'Show how many tests read each value of an environment, and what tests read that has no value',
  role: 'viewer',
  readsTests: true,
  audited: false,
  input: z.object({ environment }),
  output: z.object({
    commit: commitView,
    variables: z.array(
      z.object({
        name: z.string(),
        from: z.enum(envLayers),
        tests: z.number().describe('Number of tests that may read it, as _ENV.NAME or as a secret by _CREDS'),
        hooks: hookNames,
        readByMftf,
        isUnused: z
          .boolean()
          .describe(
            'Nothing reads it; false for defaults, values that matre sets, and settings of the environment',
          ),
      }),
    ),
    missing: z
      .array(
        z.object({
          reference: z.string().describe('_ENV.NAME or _CREDS.key'),
          tests: z.number(),
          firstTests: z.array(z.string()),
        }),
      )
      .describe('What tests may read and that has no value: it is empty, or breaks the test'),
  }),
  async run(context, { environment: code }) {
    const environment = await getEnvironment(context, code);
    const { commit, layers, values, missing } = await context.variableUsers(environment);
    const hooks = await readHooks(context, environment);
    const tests = new Map(values.map((value) => [value.name, value.tests]));
    const own = new Set((await context.variables.list(environment.id)).map(({ name }) => name));
    const usageOf = (name: string) => ({
      tests: tests.get(name) ?? 0,
      hooks: hooks.get(name) ?? [],
      readByMftf: isReadByMftf(name),
    });
    return {
      commit: { id: commit.id, subject: commit.subject },
      variables: layers.map(({ name, from }) => {
        const usage = usageOf(name);
        const isSet = from === 'global' || from === 'module' || (from === 'environment' && own.has(name));
        const isRead = usage.tests > 0 || usage.hooks.length > 0 || usage.readByMftf;
        return { name, from, ...usage, isUnused: isSet && !isRead };
      }),
      missing,
    };
  },
});

export const listVariableUsers = defineOperation({
  name: 'variables.users',
  method: 'GET',
  path: '/api/variables/:name/usage',
  summary: 'List the tests and hooks of an environment that read a variable',
  role: 'viewer',
  readsTests: true,
  audited: false,
  input: z.object({ name: variableName, environment }),
  output: z.object({
    commit: commitView,
    tests: z.array(z.string()).describe('All that may read it, also through action groups, data and suites'),
    hooks: hookNames,
    readByMftf,
  }),
  async run(context, { name, environment: code }) {
    const environment = await getEnvironment(context, code);
    const { commit, tests } = await context.testsReading(environment, name);
    const hooks = await readHooks(context, environment);
    return {
      commit: { id: commit.id, subject: commit.subject },
      tests,
      hooks: hooks.get(name) ?? [],
      readByMftf: isReadByMftf(name),
    };
  },
});

/** The names of the hooks of an environment by the variables that they read. */
async function readHooks({ hooks }: Context, { id }: Environment): Promise<Map<string, string[]>> {
  const byName = new Map<string, Set<string>>();
  for (const { name, action } of await hooks.listOf(id)) {
    for (const variable of variablesOfHook(action)) {
      byName.set(variable, (byName.get(variable) ?? new Set()).add(name));
    }
  }
  return new Map(Array.from(byName, ([variable, names]) => [variable, [...names].sort()]));
}

const sideView = z.object({ value: variableValue, from: z.enum(envLayers) }).nullable();

export const compareVariables = defineOperation({
  name: 'variables.compare',
  method: 'GET',
  path: '/api/variables/compare',
  summary: 'Compare the values that tests get on two environments; secrets are compared, and never shown',
  role: 'viewer',
  audited: false,
  input: z.object({ environment: code, other: code.describe('The environment to compare with') }),
  output: z.object({
    values: z
      .array(
        z.object({
          name: z.string(),
          secret: z.boolean().describe('On at least one of them'),
          isEqual: z.boolean(),
          environment: sideView.describe('Null when it has no such value'),
          other: sideView.describe('Null when it has no such value'),
        }),
      )
      .describe('Those that differ first, then by name'),
  }),
  async run(context, { environment, other }, request) {
    const one = await getEnvironment(context, environment);
    const compared = await context.compareValues(one, await getEnvironment(context, other));
    const view = (name: string, side: (typeof compared)[number]['sides'][number]) =>
      side === undefined
        ? null
        : { value: shownValue({ name, value: side.value }, context, request), from: side.from };
    return {
      values: compared.map(({ name, secret, isEqual, sides }) => ({
        name,
        secret,
        isEqual,
        environment: view(name, sides[0]),
        other: view(name, sides[1]),
      })),
    };
  },
});
