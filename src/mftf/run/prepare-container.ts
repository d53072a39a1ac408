import type { Job } from '../../worker/runner.ts';
import { prepare } from '../container/prepare.ts';
import { patchContainer } from '../patches/patch-container.ts';
import { type PatchedFiles, pathsOf } from '../patches/patch-files.ts';
import type { OpenRun } from './prepared-run.ts';
import type { RunnerDependencies } from './runner-dependencies.ts';

/** Prepares a container for a run, and patches the framework in it; see `prepare` and `patchContainer`. */
export async function prepareContainer(
  { engine, layout, readers }: RunnerDependencies,
  { environment }: Job,
  { files, testModules, valuesFrom, patches }: OpenRun,
  containerId: string,
): Promise<{ chrome: boolean; mftfVersion: string | undefined; patched: PatchedFiles }> {
  const request = {
    layout,
    testModules,
    valuesFrom,
    code: environment.code,
    files,
    patchedPaths: pathsOf(patches),
  };
  const { chrome, mftfVersion, missing } = await prepare(engine, containerId, request);
  const patched = await patchContainer({ engine, containerId, layout, readers }, patches, missing);
  return { chrome, mftfVersion, patched };
}
