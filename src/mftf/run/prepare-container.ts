import type { Job } from '../../worker/runner.ts';
import { prepare } from '../container/prepare.ts';
import type { OpenRun } from './prepared-run.ts';
import type { RunnerDependencies } from './runner-dependencies.ts';

/** Prepares a container for a run; see `prepare`. */
export function prepareContainer(
  { engine, layout }: RunnerDependencies,
  { environment }: Job,
  { commit, files }: OpenRun,
  containerId: string,
): Promise<{ chrome: boolean }> {
  return prepare(engine, containerId, { layout, commit: commit.id, code: environment.code, files });
}
