import { z } from 'zod';
import { Fault } from '../../faults/fault.ts';
import type { Environment } from '../../model/environment.ts';
import { maxAdminPasswordLength, maxNameLength, maxPauseReasonLength, maxSlots } from '../../model/limits.ts';
import { type ReplayMode, replayModes } from '../../model/replay.ts';
import type { Context } from '../core/context.ts';
import {
  backendName,
  baseUrl,
  code,
  exactLine,
  line,
  newCode,
  shownLine,
  wholeNumber,
} from '../core/fields.ts';
import { defined, defineOperation } from '../core/operation.ts';
import { environmentView, variableView, viewEnvironment, viewVariable } from '../core/views.ts';
import { getEnvironment } from './get-environment.ts';
import { image, moduleProblem, modules } from './module-fields.ts';

const name = shownLine(maxNameLength);
const adminUsername = line(maxNameLength);
const slots = wholeNumber(1, maxSlots, `must be 1 to ${maxSlots}`).describe(
  'Number of containers per run (replicas)',
);
const allModules = z
  .boolean()
  .describe(
    'Read the tests of all modules, as MFTF does with --force, and not only of those that are enabled in the shop',
  );
const replay = z
  .enum(replayModes)
  .nullable()
  .optional()
  .describe('What is recorded of the browsers of its tests; null: that of the settings');
const adminPassword = exactLine(maxAdminPasswordLength).min(1, 'must not be empty');

export const addEnvironment = defineOperation({
  name: 'environments.add',
  method: 'POST',
  path: '/api/environments',
  summary: 'Add an environment',
  role: 'admin',
  audited: ({ code }) => code,
  input: z.object({
    code: newCode,
    name: name.optional().describe('By default the code'),
    baseUrl,
    backendName: backendName.default('admin'),
    adminUsername,
    adminPassword: adminPassword.optional(),
    slots: slots.default(1),
    allModules: allModules.default(false),
    image: image.nullable().optional(),
    replay,
    modules: modules.optional(),
  }),
  output: environmentView,
  async run(context, { adminPassword, name, image, replay, modules, ...rest }) {
    assertInstallable(context, modules);
    const { environments } = context;
    const added = await environments.create({ ...rest, name: name ?? rest.code });
    const changed = await setOwn(environments, added, { image, replay, modules });
    if (adminPassword === undefined) return viewEnvironment(changed);
    return viewEnvironment(await environments.setPassword(added.id, adminPassword));
  },
});

export const listEnvironments = defineOperation({
  name: 'environments.list',
  method: 'GET',
  path: '/api/environments',
  summary: 'List the environments, by code',
  role: 'viewer',
  audited: false,
  live: true,
  input: z.object({}),
  output: z.object({ environments: z.array(environmentView) }),
  async run({ environments }) {
    return { environments: (await environments.list()).map(viewEnvironment) };
  },
});

export const showEnvironment = defineOperation({
  name: 'environments.show',
  method: 'GET',
  path: '/api/environments/:code',
  summary: 'Show an environment with its variables',
  role: 'viewer',
  audited: false,
  live: true,
  input: z.object({ code }),
  output: environmentView.extend({ variables: z.array(variableView) }),
  async run(context, { code }, request) {
    const environment = await getEnvironment(context, code);
    const variables = await context.variables.list(environment.id);
    return {
      ...viewEnvironment(environment),
      variables: variables.map((variable) => viewVariable(variable, context, request)),
    };
  },
});

export const editEnvironment = defineOperation({
  name: 'environments.edit',
  method: 'PATCH',
  path: '/api/environments/:code',
  summary: 'Change an environment; unspecified fields are unchanged',
  role: 'admin',
  audited: ({ code, ...changes }) => `${code}: ${Object.keys(defined(changes)).join(', ')}`,
  input: z.object({
    code,
    name: name.optional(),
    baseUrl: baseUrl.optional(),
    backendName: backendName.optional(),
    adminUsername: adminUsername.optional(),
    slots: slots.optional(),
    allModules: allModules.optional(),
    image: image.nullable().optional().describe('Null: that of the settings'),
    replay,
    modules: modules.optional(),
    adminPassword: adminPassword.nullable().optional().describe('Null removes it'),
    shopCredentials: z.null().optional().describe('Null removes the user and password of the base URL'),
  }),
  output: environmentView,
  async run(
    context,
    { code, adminPassword, shopCredentials, image, replay, modules, ...changes },
    { reportChange },
  ) {
    const fields = defined(changes);
    const own = { image, replay, modules };
    const hasFields = Object.keys({ ...fields, ...defined(own) }).length > 0;
    assertInstallable(context, modules);
    if (!hasFields && adminPassword === undefined && shopCredentials === undefined) {
      throw new Fault('INPUT_INVALID', 'Name at least one field to change.');
    }
    const before = await getEnvironment(context, code);
    const { id } = before;
    if (adminPassword !== undefined) await context.environments.setPassword(id, adminPassword ?? undefined);
    // Before the change, which may bring new ones.
    if (shopCredentials === null) await context.environments.removeShopCredentials(id);
    // The administrator may be another one now.
    await context.shopModules.forgetRefusal(id);
    const updated = await context.environments.update(id, fields);
    const view = viewEnvironment(await setOwn(context.environments, updated, own));
    reportChange?.(viewEnvironment(before), view);
    return view;
  },
});

type Modules = z.output<typeof modules>;

/** Errors: INPUT_INVALID when one of the modules would hide another. */
function assertInstallable({ config }: Pick<Context, 'config'>, all: Modules | undefined): void {
  const problem = moduleProblem(all ?? [], config.module.target);
  if (problem !== undefined) throw new Fault('INPUT_INVALID', `modules: ${problem}`);
}

/** Sets what the environment has of its own instead of the settings; null: as the settings say. */
async function setOwn(
  environments: Context['environments'],
  environment: Environment,
  own: {
    image: string | null | undefined;
    replay: ReplayMode | null | undefined;
    modules: Modules | undefined;
  },
): Promise<Environment> {
  const { image, replay, modules } = own;
  const { id } = environment;
  let changed = environment;
  if (image !== undefined) changed = await environments.setImage(id, image ?? undefined);
  if (replay !== undefined) changed = await environments.setReplay(id, replay ?? undefined);
  return modules === undefined ? changed : environments.setModules(id, modules);
}

export const pauseEnvironment = defineOperation({
  name: 'environments.pause',
  method: 'POST',
  path: '/api/environments/:code/pause',
  summary: 'Pause an environment: no run starts there until it is resumed; a running one continues',
  role: 'operator',
  audited: ({ code }) => code,
  input: z.object({ code, reason: shownLine(maxPauseReasonLength) }),
  output: environmentView,
  async run(context, { code, reason }) {
    const { id } = await getEnvironment(context, code);
    return viewEnvironment(await context.environments.pause(id, reason));
  },
});

export const resumeEnvironment = defineOperation({
  name: 'environments.resume',
  method: 'POST',
  path: '/api/environments/:code/resume',
  summary: 'Resume a paused environment',
  role: 'operator',
  audited: ({ code }) => code,
  input: z.object({ code }),
  output: environmentView,
  async run(context, { code }) {
    const { id } = await getEnvironment(context, code);
    return viewEnvironment(await context.environments.resume(id));
  },
});

export const removeEnvironment = defineOperation({
  name: 'environments.remove',
  method: 'DELETE',
  path: '/api/environments/:code',
  summary: 'Remove an environment that has no queued or running run; its history stays',
  role: 'admin',
  audited: ({ code }) => code,
  input: z.object({ code }),
  output: environmentView,
  async run(context, { code }) {
    const environment = await getEnvironment(context, code);
    await context.environments.remove(environment.id);
    return viewEnvironment(environment);
  },
});
