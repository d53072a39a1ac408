import { z } from 'zod';
import type { Environment } from '../../model/environment.ts';
import { groupBy } from '../../model/group-by.ts';
import type { StoredModules } from '../../store/tables/shop-modules.ts';
import type { Context } from '../core/context.ts';
import { code, time } from '../core/fields.ts';
import { defineOperation } from '../core/operation.ts';
import { getEnvironment } from './get-environment.ts';

/** Limits of what is listed; numbers are complete. */
const maxGroups = 20;
const maxNames = 200;

const namesView = z.object({ count: z.number(), names: z.array(z.string()).describe(`At most ${maxNames}`) });

export const environmentModulesView = z.object({
  allModules: z.boolean().describe('The tests of all modules are read, whatever the shop has enabled'),
  enabled: z
    .object({ count: z.number(), askedAt: time })
    .nullable()
    .describe('The modules that the shop listed last; null when it never did at its present address'),
  refusal: z
    .object({ message: z.string(), at: time })
    .nullable()
    .describe('Why the shop could not be asked the last time'),
  differences: z
    .array(
      z.object({
        environments: z.array(z.string()).describe('Codes of environments whose shops have one list'),
        onlyHere: namesView.describe('Modules that are enabled here, and not there'),
        onlyThere: namesView,
      }),
    )
    .describe('The other lists of this installation, those of most environments first'),
  sameAs: z.array(z.string()).describe('Codes of other environments that share this list, in the same order'),
});
export type EnvironmentModulesView = z.output<typeof environmentModulesView>;

export const showModules = defineOperation({
  name: 'environments.modules',
  method: 'GET',
  path: '/api/environments/:code/modules',
  summary: 'Show the enabled modules of a shop, and how those of other environments differ',
  role: 'viewer',
  audited: false,
  input: z.object({ code }),
  output: environmentModulesView,
  async run(context, { code }) {
    return viewModules(context, await getEnvironment(context, code));
  },
});

async function viewModules(context: Context, environment: Environment): Promise<EnvironmentModulesView> {
  const [own, lists, environments] = await Promise.all([
    context.shopModules.find(environment),
    context.shopModules.list(),
    context.environments.list(),
  ]);
  const codes = new Map(environments.map(({ id, code }) => [id, code]));
  const names = own?.names;
  const others = names ? lists.filter(({ environmentId }) => environmentId !== environment.id) : [];
  const keyOf = (list: StoredModules) => (list.names ?? []).join('\n');
  const groups = [...groupBy(others, keyOf).values()].sort((a, b) => b.length - a.length);
  const codesOf = (group: StoredModules[]) =>
    group.flatMap(({ environmentId }) => codes.get(environmentId) ?? []).sort();
  const isSame = (group: StoredModules[]) => group[0] !== undefined && own && keyOf(group[0]) === keyOf(own);
  return {
    allModules: environment.allModules,
    enabled: names ? { count: names.length, askedAt: timeOf(own.ageMs) } : null,
    refusal: own?.refusal ? { message: own.refusal.message, at: timeOf(own.refusal.ageMs) } : null,
    differences: groups
      .filter((group) => !isSame(group))
      .slice(0, maxGroups)
      .map((group) => ({
        environments: codesOf(group),
        onlyHere: difference(names ?? [], group[0]?.names ?? []),
        onlyThere: difference(group[0]?.names ?? [], names ?? []),
      })),
    sameAs: groups.filter(isSame).flatMap(codesOf),
  };
}

function difference(names: readonly string[], others: readonly string[]) {
  const otherNames = new Set(others);
  const only = names.filter((name) => !otherNames.has(name)).sort();
  return { count: only.length, names: only.slice(0, maxNames) };
}

const timeOf = (ageMs: number) => new Date(Date.now() - ageMs).toISOString();
