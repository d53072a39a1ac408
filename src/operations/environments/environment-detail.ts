import { z } from 'zod';
import { lockNames } from '../../locks/lock.ts';
import { envLayers } from '../../mftf/module/env-files.ts';
import { containerName } from '../../model/environment.ts';
import type { ContainerInspection } from '../../pool/inspect.ts';
import { code, time } from '../core/fields.ts';
import { defineOperation } from '../core/operation.ts';
import { shownValue, variableValue } from '../core/views.ts';
import { getEnvironment } from './get-environment.ts';

/** One health check of a container. */
const healthCheckView = z.object({
  name: z.string().describe('The condition'),
  ok: z.boolean(),
  seen: z.string().describe('The observation'),
});

export const slotView = z.object({
  slot: z.number(),
  name: z.string(),
  container: z
    .object({
      id: z.string(),
      image: z.string(),
      imageId: z.string(),
      state: z.enum(['created', 'running', 'stopped']),
      createdAt: time,
      startedAt: time.nullable(),
      mounts: z.array(
        z.object({
          type: z.enum(['bind', 'tmpfs']),
          source: z.string().nullable(),
          target: z.string(),
          readOnly: z.boolean(),
          sizeBytes: z.number().nullable().describe('Size of a tmpfs, while the container runs'),
          usedBytes: z.number().nullable(),
        }),
      ),
      stale: z
        .string()
        .nullable()
        .describe('Why the container is stale, and is replaced before the next run'),
      healthy: z
        .boolean()
        .nullable()
        .describe('Null when the container does not run, so that it cannot be checked'),
      checks: z.array(healthCheckView),
    })
    .nullable()
    .describe('Null until a run needs the container'),
});
export type SlotView = z.output<typeof slotView>;

export const environmentContainerView = z.object({
  engine: z.enum(['docker', 'sandbox']),
  slots: z.array(slotView),
  locks: z
    .array(z.object({ name: z.string(), owner: z.string(), since: time, expiresInMs: z.number().nullable() }))
    .describe('Held locks of the environment and its containers'),
  locksMessage: z.string().nullable().describe('Why the locks are unknown'),
});
export type EnvironmentContainerView = z.output<typeof environmentContainerView>;

export const showContainer = defineOperation({
  name: 'environments.container',
  method: 'GET',
  path: '/api/environments/:code/container',
  summary: 'Inspect the containers of an environment: their specification, mounts and health',
  role: 'viewer',
  audited: false,
  input: z.object({ code }),
  output: environmentContainerView,
  async run(context, { code }) {
    const environment = await getEnvironment(context, code);
    const [{ engine, slots }, { locks: heldLocks, fault }] = await Promise.all([
      context.inspectContainers(environment),
      context.statusCache.locks(),
    ]);
    const names = new Set([
      lockNames.environment(environment.id),
      lockNames.execution(environment.id),
      ...slots.map(({ slot }) => lockNames.container(containerName(environment.id, slot))),
    ]);
    return {
      engine,
      slots: slots.map(({ slot, seen }) => ({
        slot,
        name: containerName(environment.id, slot),
        container: seen === undefined ? null : viewInspection(seen),
      })),
      locks: heldLocks
        .filter(({ name }) => names.has(name))
        .map(({ name, owner, since, expiresInMs }) => ({
          name,
          owner,
          since: since.toISOString(),
          expiresInMs: expiresInMs ?? null,
        })),
      locksMessage: fault ?? null,
    };
  },
});

function viewInspection({
  info,
  stale,
  checks,
  fill,
}: ContainerInspection): NonNullable<SlotView['container']> {
  const { id, image, imageId, state, createdAt, startedAt, mounts } = info;
  return {
    id,
    image,
    imageId,
    state,
    createdAt: createdAt.toISOString(),
    startedAt: startedAt?.toISOString() ?? null,
    mounts: mounts.map(({ type, source, target, readOnly }) => {
      const { sizeBytes = null, usedBytes = null } = (type === 'tmpfs' && fill.get(target)) || {};
      return { type, source: source ?? null, target, readOnly, sizeBytes, usedBytes };
    }),
    stale: stale ?? null,
    healthy: checks?.every(({ ok }) => ok) ?? null,
    checks: checks ?? [],
  };
}

export const effectiveView = z.object({
  commit: z
    .object({ id: z.string(), subject: z.string() })
    .describe('Commit of the test module whose file was read'),
  file: z.string().describe('Path of the env file in the module'),
  layers: z
    .array(z.enum(envLayers))
    .describe('In order of precedence: a later layer overrides an earlier one'),
  values: z.array(
    z.object({
      name: z.string(),
      value: variableValue,
      secret: z.boolean(),
      from: z.enum(envLayers),
      overrides: z
        .array(z.object({ from: z.enum(envLayers), value: variableValue }))
        .describe('Values of the other layers, the nearest first'),
    }),
  ),
});
export type EffectiveView = z.output<typeof effectiveView>;

export const showEffective = defineOperation({
  name: 'environments.effective',
  method: 'GET',
  path: '/api/environments/:code/effective',
  summary: 'Show the values that tests get on an environment, and the layer of each',
  role: 'viewer',
  audited: false,
  input: z.object({ code }),
  output: effectiveView,
  async run(context, { code }, request) {
    const { commit, file, values } = await context.effectiveValues(await getEnvironment(context, code));
    return {
      commit: { id: commit.id, subject: commit.subject },
      file,
      layers: [...envLayers],
      values: values.map(({ name, value, secret, from, overrides }) => ({
        name,
        value: shownValue({ name, value }, context, request),
        secret,
        from,
        overrides: overrides.map((each) => ({
          from: each.from,
          value: shownValue({ name, value: each.value }, context, request),
        })),
      })),
    };
  },
});
