import { basename } from 'node:path';
import { z } from 'zod';
import { Fault, isFault } from '../../faults/fault.ts';
import { joinBaseUrl, maskCredentials } from '../../model/address/base-url.ts';
import { maxEnvFileBytes } from '../../model/env-file/decode.ts';
import { type EnvFile, parseEnvFile } from '../../model/env-file/env-file.ts';
import {
  type ImportChange,
  type ImportPlan,
  type ImportTarget,
  planImport,
} from '../../model/env-file/env-import.ts';
import { type Environment, isEnvironmentCode } from '../../model/environment.ts';
import { maxAdminPasswordLength, maxNameLength } from '../../model/limits.ts';
import type { Context } from '../core/context.ts';
import { backendName, baseUrl, exactLine, fileContent, line } from '../core/fields.ts';
import { defined, defineOperation, parseInput, type RequestContext } from '../core/operation.ts';
import { addEnvironment } from './environments.ts';
import { checkVariableValue } from './variables.ts';

const changeView = z.object({
  name: z.string(),
  value: z.string().nullable().describe('Null when it is secret'),
  secret: z.boolean(),
});

const fileView = z.object({
  file: z.string(),
  code: z.string(),
  isNew: z.boolean().describe('The environment did not exist before'),
  added: z.array(changeView),
  changed: z.array(changeView),
  unchanged: z.array(changeView),
  left: z.array(z.string()).describe('Names that tests read from the file of the test module; see allValues'),
  notes: z.array(z.object({ line: z.number(), message: z.string() })),
});

export const importEnvironments = defineOperation({
  name: 'environments.import',
  method: 'POST',
  path: '/api/environments/import',
  summary:
    'Add or change environments from .env.<code> files: URL, admin and secrets; other values stay in the file',
  role: 'admin',
  audited: ({ files, dryRun }) =>
    files.map(({ name }) => basename(name)).join(', ') + (dryRun ? ' (dry run)' : ''),
  input: z.object({
    files: z
      .array(
        z.strictObject({
          name: exactLine(300).describe('.env.<code>'),
          content: fileContent(maxEnvFileBytes),
        }),
      )
      .min(1)
      .max(100),
    dryRun: z.boolean().default(false).describe('Only report what would change'),
    allValues: z
      .boolean()
      .default(false)
      .describe('Also add the other values, which then override those of the test module'),
  }),
  output: z.object({ dryRun: z.boolean(), files: z.array(fileView) }),
  async run(context, { files, dryRun, allValues }, request) {
    // All files are checked before the first change: a mistake in the last one changes nothing.
    const imports: Import[] = [];
    for (const file of files) imports.push(await prepare(context, file, allValues));
    refuseDuplicates(imports);
    if (!dryRun) for (const each of imports) await applyImport(context, each, request);
    return { dryRun, files: imports.map(viewImport) };
  },
});

interface Import {
  file: string;
  code: string;
  environment: Environment | undefined;
  plan: ImportPlan;
  notes: EnvFile['notes'];
}

async function prepare(
  context: Context,
  { name, content }: { name: string; content: string },
  allValues: boolean,
): Promise<Import> {
  const file = basename(name);
  const code = file.startsWith('.env.') ? file.slice('.env.'.length) : '';
  if (!isEnvironmentCode(code)) {
    throw new Fault('INPUT_INVALID', `${JSON.stringify(file)} is not named .env.<code of an environment>.`);
  }
  const { entries, notes } = readFile(file, content);
  const environment = await context.environments.find(code);
  const target =
    environment === undefined ? { fields: {}, variables: [] } : await readTarget(context, environment);
  const plan = planImport(target, entries, { allValues, rule: context.secretRule });
  const prepared = { file, code, environment, plan, notes };
  checkFields(prepared);
  return prepared;
}

function readFile(file: string, content: string): EnvFile {
  try {
    return parseEnvFile(content);
  } catch (error) {
    if (!isFault(error, 'ENV_FILE_INVALID')) throw error;
    throw new Fault('ENV_FILE_INVALID', `${file}: ${error.message}`);
  }
}

async function readTarget(context: Context, environment: Environment): Promise<ImportTarget> {
  const adminPassword = await context.environments.readPassword(environment.id);
  const credentials = await context.environments.readShopCredentials(environment.id);
  const { backendName, adminUsername } = environment;
  const baseUrl = joinBaseUrl({ url: environment.baseUrl, credentials });
  return {
    fields: { baseUrl, backendName, adminUsername, ...(adminPassword !== undefined && { adminPassword }) },
    variables: await context.variables.readAll(environment.id),
  };
}

const fields = z.object({
  baseUrl: baseUrl.optional(),
  backendName: backendName.optional(),
  adminUsername: line(maxNameLength).optional(),
  adminPassword: exactLine(maxAdminPasswordLength).optional(),
});

/**
 * The fields of a file. They and the variables are checked by the rules of inputs; a new environment needs two of the fields. Errors:
 * INPUT_INVALID.
 */
function checkFields({ file, environment, plan }: Import): z.output<typeof fields> {
  const changes = [...plan.added, ...plan.changed];
  const values = changes.flatMap(({ field, value }) =>
    field !== undefined && value !== '' ? [[field, value] as const] : [],
  );
  try {
    for (const { field, name, value } of changes) {
      if (field === undefined) checkVariableValue(name, value);
    }
    const parsed = parseInput({ input: fields }, Object.fromEntries(values));
    if (environment === undefined && (parsed.baseUrl === undefined || parsed.adminUsername === undefined)) {
      throw new Fault(
        'INPUT_INVALID',
        'A new environment needs MAGENTO_BASE_URL and MAGENTO_ADMIN_USERNAME.',
      );
    }
    return parsed;
  } catch (error) {
    if (!isFault(error, 'INPUT_INVALID')) throw error;
    throw new Fault('INPUT_INVALID', `${file}: ${error.message}`);
  }
}

function refuseDuplicates(imports: readonly Import[]): void {
  const duplicate = imports.find(
    ({ code }, index) => imports.findIndex((each) => each.code === code) < index,
  );
  if (duplicate) throw new Fault('INPUT_INVALID', `There are two files for ${duplicate.code}.`);
}

async function applyImport(context: Context, each: Import, request: RequestContext): Promise<void> {
  const { adminPassword, ...changes } = checkFields(each);
  const id = each.environment?.id ?? (await addNew(context, each.code, changes, request));
  if (each.environment !== undefined && Object.keys(changes).length > 0) {
    await context.environments.update(id, defined(changes));
  }
  if (adminPassword !== undefined) await context.environments.setPassword(id, adminPassword);
  for (const { field, name, value, secret } of [...each.plan.added, ...each.plan.changed]) {
    if (field === undefined) await context.variables.set(id, { name, value, secret }, request.principal.name);
  }
}

async function addNew(
  context: Context,
  code: string,
  changes: z.output<typeof fields>,
  request: RequestContext,
): Promise<number> {
  const added = await addEnvironment.run(context, parseInput(addEnvironment, { code, ...changes }), request);
  return added.id;
}

function viewImport({ file, code, environment, plan, notes }: Import): z.output<typeof fileView> {
  const view = ({ name, value, secret }: ImportChange) => ({
    name,
    value: secret ? null : maskCredentials(value),
    secret,
  });
  return {
    file,
    code,
    isNew: environment === undefined,
    added: plan.added.map(view),
    changed: plan.changed.map(view),
    unchanged: plan.unchanged.map(view),
    left: plan.left,
    notes,
  };
}
