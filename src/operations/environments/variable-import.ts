import { z } from 'zod';
import { Fault, isFault } from '../../faults/fault.ts';
import { maskCredentials } from '../../model/address/base-url.ts';
import { maxEnvFileBytes } from '../../model/env-file/decode.ts';
import { type EnvEntry, parseEnvFile } from '../../model/env-file/env-file.ts';
import {
  formatVariables,
  planVariableImport,
  type VariableChange,
  type VariableImportPlan,
} from '../../model/env-file/variable-import.ts';
import { maxVariables } from '../../model/limits.ts';
import type { Scope } from '../../store/tables/variables.ts';
import { withAudit } from '../core/authorize.ts';
import type { Configuration, Context } from '../core/context.ts';
import { fileContent, variableName } from '../core/fields.ts';
import { defineOperation, type RequestContext } from '../core/operation.ts';
import { viewVariable } from '../core/views.ts';
import { checkVariableValue, scopeOf, variableScope } from './variables.ts';

const changeView = z.object({
  name: z.string(),
  value: z.string().nullable().describe('Null when it is secret'),
  secret: z.boolean(),
  isGuess: z.boolean().describe('It is new, and taken as secret because of its name or value'),
});

const names = z.array(z.string());

const output = z.object({
  dryRun: z.boolean(),
  added: z.array(changeView),
  changed: z.array(changeView),
  unchanged: names.describe('Names whose stored value stays'),
  removed: names.describe('Names that the text lacks, and that are removed'),
  stays: names.describe('Names that the text lacks, and that stay'),
  ignored: z
    .array(z.object({ name: z.string(), line: z.number(), reason: z.string() }))
    .describe('What is left out, and why'),
  notes: z.array(z.object({ line: z.number(), message: z.string() })),
});

const nameList = z.array(variableName).max(maxVariables).default([]);

export const importVariables = defineOperation({
  name: 'variables.import',
  method: 'POST',
  path: '/api/variables/import',
  summary: 'Add, change and on demand remove variables as the text of an env file says, all of it or nothing',
  role: 'admin',
  audited: ({ environment, dryRun, replace, plain }) =>
    [
      `${environment ?? 'global'}: an env file`,
      ...(replace ? ['others are removed'] : []),
      ...(dryRun ? ['dry run'] : []),
      ...(plain.length > 0 ? [`not secret: ${plain.join(', ')}`] : []),
    ].join('; '),
  input: z.object({
    environment: variableScope,
    content: fileContent(maxEnvFileBytes).describe('NAME=value in each line, as in an .env file'),
    dryRun: z.boolean().default(false).describe('Only report what would change'),
    replace: z.boolean().default(false).describe('Remove the variables that the text lacks'),
    plain: nameList.describe('Names that are not secret, whatever they look like'),
    secret: nameList.describe('Names that are secret'),
  }),
  output,
  async run(context, { environment, content, dryRun, ...options }, request) {
    const scope = await scopeOf(context, environment);
    const { entries, notes } = parseEnvFile(content);
    checkEntries(entries);
    const makePlan = async ({ variables }: Pick<Configuration, 'variables'>) =>
      planVariableImport(await variables.readAll(scope), entries, { ...options, rule: context.secretRule });
    if (dryRun) return viewPlan(await makePlan(context), { dryRun, notes });
    const plan = await context.changeConfiguration(async (tables) => {
      const current = await makePlan(tables);
      await applyPlan(tables, scope, current, request.principal.name);
      return current;
    });
    if (scope !== 'global') await context.shopModules.forgetRefusal(scope);
    await auditPlan(context, environment, plan, request);
    return viewPlan(plan, { dryRun, notes });
  },
});

/** Errors: INPUT_INVALID for too many entries, and for a value that a variable cannot have, with its line. */
function checkEntries(entries: readonly EnvEntry[]): void {
  if (entries.length > maxVariables) {
    throw new Fault(
      'INPUT_INVALID',
      `The text has ${entries.length} variables, and the limit is ${maxVariables}. Import it in parts.`,
    );
  }
  for (const { name, value, line } of entries) {
    try {
      checkVariableValue(name, value);
    } catch (error) {
      if (!isFault(error, 'INPUT_INVALID')) throw error;
      throw new Fault('INPUT_INVALID', `Line ${line}: ${error.message}`);
    }
  }
}

async function applyPlan(
  { variables }: Configuration,
  scope: Scope,
  { added, changed, removed }: VariableImportPlan,
  by: string,
): Promise<void> {
  for (const { name, value, secret } of [...added, ...changed]) {
    await variables.set(scope, { name, value, secret }, by);
  }
  for (const name of removed) await variables.unset(scope, name);
}

/** Names in one entry of the audit trail, whose subject has 500 characters: a name has up to 128. */
const maxNamesLength = 350;

/** Adds entries with all names that were changed. */
async function auditPlan(
  context: Context,
  environment: string | undefined,
  { added, changed, removed }: VariableImportPlan,
  { principal, address }: RequestContext,
): Promise<void> {
  const nameOf = ({ name }: VariableChange) => name;
  const changes: [string, string[]][] = [
    ['added', added.map(nameOf)],
    ['changed', changed.map(nameOf)],
    ['removed', removed],
  ];
  for (const [what, all] of changes) {
    for (const part of splitNames(all)) {
      const subject = `${environment ?? 'global'}: ${what} ${part}`;
      await withAudit(
        context,
        { principal, address, operation: 'variables.import', subject },
        async () => {},
      );
    }
  }
}

function splitNames(all: readonly string[]): string[] {
  const parts: string[] = [];
  for (const name of all) {
    const last = parts.at(-1);
    if (last === undefined || last.length > maxNamesLength) parts.push(name);
    else parts[parts.length - 1] = `${last}, ${name}`;
  }
  return parts;
}

function viewPlan(
  { added, changed, ...rest }: VariableImportPlan,
  more: Pick<z.output<typeof output>, 'dryRun' | 'notes'>,
): z.output<typeof output> {
  const view = ({ name, value, secret, isGuess }: VariableChange) => ({
    name,
    value: secret ? null : maskCredentials(value),
    secret,
    isGuess,
  });
  return { ...rest, ...more, added: added.map(view), changed: changed.map(view) };
}

export const exportVariables = defineOperation({
  name: 'variables.export',
  method: 'GET',
  path: '/api/variables/export',
  summary:
    'The variables as the text of an env file, with placeholders for values that the caller may not see',
  role: 'viewer',
  audited: false,
  input: z.object({ environment: variableScope }),
  output: z.object({
    content: z.string().describe('An import of it changes nothing: placeholders stand for the stored values'),
  }),
  async run(context, { environment }, request) {
    const variables = await context.variables.list(await scopeOf(context, environment));
    const shown = variables.map((variable) => {
      const { name, value, secret } = viewVariable(variable, context, request);
      return { name, value: value ?? undefined, secret, description: variable.description };
    });
    return { content: formatVariables(shown) };
  },
});
