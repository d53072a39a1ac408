import type { PinnedModule } from '../../model/module-source.ts';
import { addressOf, type SourcedModule } from '../../modules/environment-sources.ts';
import type { Modules } from '../../modules/modules.ts';
import type { InstalledModule } from './installed-module.ts';

/** A test module at a commit, checked out. */
export interface CheckedOutModule extends InstalledModule {
  /** The first line of the message of the commit. */
  subject: string;
  /** Its git address without credentials; `undefined` for a folder. */
  repository?: string | undefined;
}

export type CheckedOutModules = readonly [CheckedOutModule, ...CheckedOutModule[]];
type SourcedModules = readonly [SourcedModule, ...SourcedModule[]];

/** The newest commits of test modules, the first at a ref if there is one. Errors: those of `ModuleRepository`. */
export function resolveModules(
  modules: Pick<Modules, 'of'>,
  sourced: SourcedModules,
  ref: string | undefined,
): Promise<[PinnedModule, ...PinnedModule[]]> {
  return mapModules(sourced, async ({ name, target, source }, index) => {
    const commit = await modules.of(source).resolve(index === 0 ? ref : undefined);
    const branch = source.kind === 'git' ? source.branch : undefined;
    return { name, target, repository: addressOf(source), branch, ...commit };
  });
}

/** The same, checked out. Errors: those of `ModuleRepository`. */
export async function checkOutNewest(
  modules: Pick<Modules, 'of'>,
  sourced: SourcedModules,
  ref: string | undefined,
): Promise<CheckedOutModules> {
  const resolved = await resolveModules(modules, sourced, ref);
  return mapModules(resolved, async ({ branch: _branch, ...module }, index) => {
    const { source } = sourced[index] ?? sourced[0];
    return { ...module, path: await modules.of(source).checkout(module.id) };
  });
}

/** Maps one after the other: modules often have the same repository, which is fetched once at a time. */
export async function mapModules<From, To>(
  modules: readonly [From, ...From[]],
  map: (module: From, index: number) => Promise<To>,
): Promise<[To, ...To[]]> {
  const [first, ...rest] = modules;
  const results: [To, ...To[]] = [await map(first, 0)];
  for (const [index, module] of rest.entries()) results.push(await map(module, index + 1));
  return results;
}
