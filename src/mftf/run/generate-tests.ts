import { toFault } from '../../faults/fault.ts';
import type { PlannedTest } from '../../model/selection.ts';
import type { Job } from '../../worker/runner.ts';
import type { RefusedTest } from '../cest/write-files.ts';
import type { Php } from '../container/php.ts';
import { chooseGenerator, type Generator } from '../generation/choose-generator.ts';
import { testsToGenerate } from '../generation/ensure-generated.ts';
import { removeGenerated, unpackGenerated } from '../generation/snapshot-archive.ts';
import type { Missing } from '../generation/snapshots.ts';
import { type OwnCests, writeCests } from '../generation/write-cests.ts';
import type { PatchedFiles } from '../patches/patch-files.ts';
import { keyOf } from './blocks.ts';
import { generateByMftf, generateRestByMftf } from './generate-by-mftf.ts';
import type { RunPlan } from './plan-run.ts';
import type { PreparedRun } from './prepared-run.ts';
import { brokenResult } from './record-block.ts';
import type { RunnerDependencies } from './runner-dependencies.ts';

/** What a run generates its tests from. */
export interface GenerationPlan extends RunPlan {
  patched: PatchedFiles;
  /** Of MFTF in the image; `undefined` when it says none. */
  mftfVersion: string | undefined;
}

/**
 * Puts the files of the open tests of a run into its first container: those that matre writes itself, and those that MFTF generates or
 * that a snapshot has. The tests that MFTF could not generate get their result here. Returns the archives of the files, and the tests
 * that can be executed. Errors: as of `ensureGenerated`.
 */
export async function generateTests(
  deps: RunnerDependencies,
  job: Job,
  prepared: PreparedRun,
  generationPlan: GenerationPlan,
  php: Php,
): Promise<{ archives: Buffer[]; runnable: PlannedTest[] }> {
  const { record } = job;
  const { plan, open, patched } = generationPlan;
  const imageId = await deps.engine.imageId(prepared.image);
  const request = { ...generationPlan, patches: patched.digest, imageId };
  const generator = await choose(deps, job, prepared, request);
  if (generator.kind === 'mftf') {
    prepared.logs.line(`Generated tests: by MFTF, because ${generator.reason}.`);
    const snapshot = await generateByMftf(deps, job, prepared, request, php);
    await keepSuiteClass(deps, request, [snapshot.archive]);
    return { archives: [snapshot.archive], runnable: await recordMissing(record, snapshot.missing, open) };
  }
  const own = await writeOwn(deps, prepared, request, generator);
  const { archives, missing } = await generateRefused(deps, job, prepared, request, own, php);
  // After MFTF, which empties the folder of the generated tests.
  const place = { engine: deps.engine, containerId: prepared.containerId, layout: deps.layout };
  await unpackGenerated(place, own.archives);
  const doneTests = plan.filter(({ done }) => done).map(({ test }) => test);
  await removeGenerated(place, doneTests);
  if (deps.settings.generation === 'auto') {
    const { testModules, valuesFrom, files, patches, image } = prepared;
    const { catalog, modules } = generationPlan;
    const planned = plan.map(({ test }) => test);
    deps.cestChecks.request({
      ...{ image, imageId, testModules, valuesFrom, files, patches, catalog, modules, planned },
      ...{ code: job.environment.code, patchesDigest: patched.digest, settings: generator.settings },
    });
  }
  return { archives: [...archives, ...own.archives], runnable: await recordMissing(record, missing, open) };
}

type Request = GenerationPlan & { imageId: string; patches: string | undefined };

/** Who generates the tests. A difference that a check of the image found is in the events of the run. */
async function choose(
  { settings, cestChecks }: RunnerDependencies,
  { record }: Job,
  { files, patches }: PreparedRun,
  { mftfVersion, imageId }: Request,
): Promise<Generator> {
  const difference =
    settings.generation === 'auto'
      ? await cestChecks
          .differenceOf(imageId)
          .catch((error: unknown) => `its checks cannot be read: ${toFault(error).message}`)
      : undefined;
  const generator = chooseGenerator({
    mode: settings.generation,
    version: mftfVersion,
    values: files.values,
    generationVariables: settings.generationVariables,
    patches,
    mountReason: settings.notCacheableReason,
    difference,
  });
  if (difference !== undefined && generator.kind === 'mftf' && generator.reason === difference) {
    const message = `MFTF generates the tests, because ${difference}`;
    await record.event({ code: 'CESTS_DIFFER', message });
  }
  return generator;
}

/** The files that matre writes itself; nothing is put into the container. */
async function writeOwn(
  { engine, layout, suiteClasses }: RunnerDependencies,
  { containerId, logs }: PreparedRun,
  { catalog, plan, imageId, patches }: Request,
  { settings }: { settings: Extract<Generator, { kind: 'matre' }>['settings'] },
): Promise<OwnCests> {
  const startedAt = performance.now();
  const tests = testsToGenerate(plan);
  const place = { engine, containerId, layout };
  const suiteClass = () => suiteClasses.find({ imageId, patches });
  const own = await writeCests(place, catalog, { tests, settings, suiteClass });
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  const count = tests.length - own.refused.length;
  logs.line(`Generated tests: ${count} written as MFTF ${settings.version} does, in ${seconds} s.`);
  return own;
}

/** The tests that matre does not write, generated by MFTF. */
async function generateRefused(
  deps: RunnerDependencies,
  job: Job,
  prepared: PreparedRun,
  request: Request,
  { archives, refused }: OwnCests,
  php: Php,
): Promise<{ archives: Buffer[]; missing: Missing[] }> {
  const [first] = refused;
  if (first === undefined) return { archives: [], missing: [] };
  prepared.logs.line(describeRefused(refused));
  const keys = new Set(refused.map(keyOf));
  const plan = request.plan.filter(({ test }) => keys.has(keyOf(test)));
  const rest = { ...request, plan };
  if (archives.length === 0) {
    const { archive, missing } = await generateByMftf(deps, job, prepared, rest, php);
    await keepSuiteClass(deps, request, [archive]);
    return { archives: [archive], missing };
  }
  const generated = await generateRestByMftf(deps, job, prepared, rest, php);
  await keepSuiteClass(deps, request, generated.archives);
  return generated;
}

/** Reasons of tests that are named; more do not help. */
const maxReasons = 3;

function describeRefused(refused: readonly RefusedTest[]): string {
  const reasons = refused.slice(0, maxReasons).map(({ name, reason }) => `${name}: ${reason}`);
  const more = refused.length > maxReasons ? `; and ${refused.length - maxReasons} more` : '';
  return `Tests that MFTF generates: ${reasons.join('; ')}${more}.`;
}

/** Keeps a class of a suite, from which matre writes others. */
async function keepSuiteClass(
  { suiteClasses, layout }: RunnerDependencies,
  { imageId, patches, plan }: Request,
  archives: readonly Buffer[],
): Promise<void> {
  const [archive] = archives;
  if (archive === undefined || plan.every(({ test }) => test.suite === undefined)) return;
  await suiteClasses.keep({ imageId, patches }, layout, archive);
}

/** Records a result for the tests that MFTF could not generate; returns the others. */
async function recordMissing(
  record: Job['record'],
  missing: readonly Missing[],
  open: PlannedTest[],
): Promise<PlannedTest[]> {
  const messages = new Map(missing.map((test) => [keyOf(test), test.message]));
  const startedAt = new Date();
  for (const test of open) {
    const message = messages.get(keyOf(test));
    if (message === undefined) continue;
    await record.result(brokenResult(test, { code: 'GENERATION_FAILED', message }, startedAt));
  }
  return open.filter((test) => !messages.has(keyOf(test)));
}
