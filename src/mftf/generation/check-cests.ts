import { PassThrough } from 'node:stream';
import type { Engine } from '../../engine/engine.ts';
import { isFault } from '../../faults/fault.ts';
import type { CestCheckOutcome } from '../../model/cest-check.ts';
import type { PlannedTest } from '../../model/selection.ts';
import type { Threads } from '../../threads/threads.ts';
import type { CatalogAccess } from '../catalog/catalogs.ts';
import type { CestSettings } from '../cest/settings.ts';
import type { Layout } from '../container/layout.ts';
import { createPhp } from '../container/php.ts';
import { prepare } from '../container/prepare.ts';
import type { EnvFiles } from '../module/env-files.ts';
import type { InstalledModule } from '../module/installed-module.ts';
import { patchContainer } from '../patches/patch-container.ts';
import { type Patch, pathsOf } from '../patches/patch-files.ts';
import { generate } from './generate.ts';
import { sortForGeneration } from './generation-order.ts';
import { packGenerated, type RunContainer } from './snapshot-archive.ts';
import { generationEnv } from './snapshot-key.ts';
import type { SuiteClasses } from './suite-classes.ts';
import { readConfig, writeCests } from './write-cests.ts';

/** A comparison of Cests of matre with those of the MFTF of an image. All of it is from the run that asks for it. */
export interface CestCheck {
  /** A hash of all that the outcome depends on, but for the tests of the run. */
  key: string;
  image: string;
  imageId: string;
  testModules: readonly [InstalledModule, ...InstalledModule[]];
  /** The one of them that has the values of the environment. */
  valuesFrom: InstalledModule;
  /** The code of the environment. */
  code: string;
  files: EnvFiles;
  patches: Patch[];
  /** Identifies the patched files; `undefined` without any. */
  patchesDigest: string | undefined;
  catalog: CatalogAccess;
  /** The enabled modules of the shop; without them MFTF reads all modules. */
  modules: readonly string[] | undefined;
  settings: CestSettings;
  planned: PlannedTest[];
}

export interface CestCheckDependencies {
  engine: Engine;
  layout: Layout;
  readers: Threads;
  suiteClasses: SuiteClasses;
  /** A container of an image, which belongs to no environment. Errors: those of the engine. */
  container(image: string): Promise<{ id: string; dispose(): Promise<void> }>;
  settings: { php: string; phpMemoryBytes: number; heartbeatMs: number; generationTimeoutMs: number };
}

/**
 * Generates a sample of tests with the MFTF of the image, in a container of its own, and compares the files with those of matre. Returns
 * how many tests were compared. Errors: those of the engine, of `prepare` and of the catalog.
 */
export async function checkCests(
  deps: CestCheckDependencies,
  check: CestCheck,
  signal: AbortSignal,
): Promise<{ tests: number; result: CestCheckOutcome }> {
  const container = await deps.container(check.image);
  try {
    const place = { engine: deps.engine, containerId: container.id, layout: deps.layout };
    await prepareForGeneration(deps, place, check);
    const codeceptionConfig = await readConfig(place);
    const tests = await sampleOf(place, check);
    if (tests.length === 0) return { tests: 0, result: { outcome: 'same' } };
    try {
      await generateSample(deps, place, check, tests, signal);
    } catch (error) {
      if (!isFault(error, 'GENERATION_FAILED')) throw error;
      return { tests: 0, result: { outcome: 'impossible', reason: error.message } };
    }
    const generated = await packGenerated(place);
    const origin = { imageId: check.imageId, patches: check.patchesDigest };
    await deps.suiteClasses.keep(origin, deps.layout, generated);
    const suiteClass = await deps.suiteClasses.find(origin);
    const compared = await check.catalog.ask('compareCests', {
      ...{ tests, settings: check.settings, helperClasses: [], layout: deps.layout },
      image: { suiteClass, codeceptionConfig },
      generated,
    });
    const { difference } = compared;
    const result: CestCheckOutcome = difference ? { outcome: 'different', difference } : { outcome: 'same' };
    return { tests: compared.tests, result };
  } finally {
    await container.dispose();
  }
}

/** As for a run, but without the values of the environment that generation does not read. */
async function prepareForGeneration(
  { engine, layout, readers }: CestCheckDependencies,
  { containerId }: RunContainer,
  { testModules, valuesFrom, code, files, patches }: CestCheck,
): Promise<void> {
  const visible = { ...files, env: generationEnv(files.values, []), credentials: '' };
  const patchedPaths = pathsOf(patches);
  const request = { layout, testModules, valuesFrom, code, files: visible, patchedPaths };
  const { missing } = await prepare(engine, containerId, request);
  await patchContainer({ engine, containerId, layout, readers }, patches, missing);
}

/** The sample without tests that matre leaves to MFTF anyway: with MFTF 3 their helpers are in the Cests of others, too. */
async function sampleOf(place: RunContainer, check: CestCheck): Promise<PlannedTest[]> {
  const { catalog, planned, key, settings } = check;
  const sample = await catalog.ask('sampleTests', { planned, seed: key });
  const names = [...new Set(sample.map(({ name }) => name))];
  const alone = names.map((name) => ({ name, suite: undefined }));
  const { refused } = await writeCests(place, catalog, { tests: alone, settings });
  const refusedNames = new Set(refused.map(({ name }) => name));
  return sortForGeneration(sample.filter(({ name }) => !refusedNames.has(name)));
}

async function generateSample(
  { settings, ...deps }: CestCheckDependencies,
  place: RunContainer,
  check: CestCheck,
  tests: PlannedTest[],
  signal: AbortSignal,
): Promise<void> {
  const { catalog, modules } = check;
  const closure = await catalog.ask('closure', { tests, settings: {}, pruningObstacles: [] });
  const timeoutMs = settings.generationTimeoutMs;
  const log = new PassThrough();
  log.resume();
  const php = createPhp(deps.engine, place.containerId, {
    php: settings.php,
    memoryBytes: settings.phpMemoryBytes,
    heartbeatMs: settings.heartbeatMs,
    token: `cests-${process.pid}`,
    pace: async () => {},
  });
  await generate({
    ...place,
    php,
    tests,
    closure,
    modules,
    log,
    signal,
    timeoutMs,
    onWholeTree: async () => {},
  });
}
