import type { PinnedModule } from '../../model/module-source.ts';
import { addressOf, type SourcedModule } from '../../modules/environment-sources.ts';
import type { ModuleRepository } from '../../modules/modules.ts';
import type { Job } from '../../worker/runner.ts';
import { type CheckedOutModules, mapModules, resolveModules } from '../module/check-out.ts';
import type { RunnerDependencies } from './runner-dependencies.ts';

type SourcedModules = readonly [SourcedModule, ...SourcedModule[]];

/**
 * The test modules of a run, checked out: at the newest commits of their branches when the run first starts, the first module at the ref
 * of the run if it has one; at the same commits in every later attempt. Errors: those of `ModuleRepository`.
 */
export async function pinModules(
  deps: Pick<RunnerDependencies, 'modules' | 'sourceOfAddress'>,
  { run, record }: Job,
  sourced: SourcedModules,
): Promise<CheckedOutModules> {
  let pinned = run.modules ?? pinnedByOlderProcess(run.commit, sourced);
  if (pinned === undefined) {
    pinned = await resolveModules(deps.modules, sourced, run.ref);
    const [{ id, subject }] = pinned;
    await record.commit({ id, subject }, pinned);
  }
  return mapModules(pinned, async ({ repository, branch: _, ...module }) => {
    const checkouts = repositoryOf(deps, sourced, { ...module, repository });
    return { ...module, path: await checkouts.checkout(module.id) };
  });
}

/** Of a run that a process has pinned which knew the first commit only. */
function pinnedByOlderProcess(
  commit: { id: string; subject: string } | undefined,
  [{ name, target, source }]: SourcedModules,
): [PinnedModule] | undefined {
  return commit && [{ name, target, repository: addressOf(source), ...commit }];
}

/** Where a pinned module is from: the modules of the environment may have changed since. */
function repositoryOf(
  { modules, sourceOfAddress }: Pick<RunnerDependencies, 'modules' | 'sourceOfAddress'>,
  sourced: SourcedModules,
  { name, repository }: PinnedModule,
): ModuleRepository {
  if (repository !== undefined) return modules.of(sourceOfAddress(sourced, repository));
  const [first] = sourced;
  return modules.of((sourced.find((module) => module.name === name) ?? first).source);
}
