import { mapInTurns } from '../../async/map-in-turns.ts';
import { Fault, isFault } from '../../faults/fault.ts';
import { asSentence } from '../../faults/sentence.ts';
import type { PlannedTest } from '../../model/selection.ts';
import type { Recorder } from '../../queue/recorder.ts';
import type { Closure } from '../closure/closure.ts';
import type { Php } from '../container/php.ts';
import { putValues } from '../container/prepare.ts';
import type { EnvFiles } from '../module/env-files.ts';
import type { InstalledModule } from '../module/installed-module.ts';
import { recogniseFault } from '../results/infrastructure.ts';
import type { RunLogs } from '../run/logs.ts';
import { generate } from './generate.ts';
import { sortForGeneration } from './generation-order.ts';
import { mftfErrorOf, prunedTreeError, readMftfErrors } from './mftf-errors.ts';
import { packGenerated, type RunContainer, removeGenerated, unpackGenerated } from './snapshot-archive.ts';
import { generationEnv, generationKey, wholeTreeSource } from './snapshot-key.ts';
import type { Snapshot, Snapshots } from './snapshots.ts';

/** The plan of a run, and the container that `prepare` has prepared for it. */
export interface GeneratedRequest extends RunContainer {
  snapshots: Snapshots;
  plan: { test: PlannedTest; done: boolean }[];
  imageId: string;
  /** The test modules, in order. */
  testModules: readonly [InstalledModule, ...InstalledModule[]];
  /** Identifies the patches of the framework in the container; `undefined` without any. */
  patches: string | undefined;
  /** The files that MFTF has to read for some tests at these commits. */
  closureOf(tests: PlannedTest[]): Promise<Closure>;
  /** The enabled modules of the shop, in its order; without them MFTF reads all modules. */
  modules: readonly string[] | undefined;
  files: EnvFiles;
  php: Php;
  /** The name of the log of a generation. */
  logName: string;
  logs: RunLogs;
  record: Recorder;
  signal: AbortSignal;
  settings: {
    php: string;
    generationTimeoutMs: number;
    /** Names of further variables that generation reads. */
    generationVariables: string[];
    /** Why generated files must not be reused by other runs; `undefined` when they may. */
    notCacheableReason: string | undefined;
  };
}

/**
 * Puts the generated files of the open tests, and only these, into the container: from a snapshot, or by generating them.
 * Returns the snapshot. Errors: GENERATION_FAILED and others of `generate`, DISK_FULL, CONTAINER_VANISHED.
 */
export async function ensureGenerated(request: GeneratedRequest): Promise<Snapshot> {
  const { snapshots, logs, record, signal, settings, imageId, testModules, modules, files, patches } =
    request;
  const tests = testsToGenerate(request.plan);
  const closure = await request.closureOf(tests);
  const notCacheableReason = settings.notCacheableReason ?? randomReason(closure);
  const env = generationEnv(files.values, settings.generationVariables);
  const startedAt = performance.now();
  const elapsed = () => `${((performance.now() - startedAt) / 1000).toFixed(1)} s`;
  let snapshot: Snapshot;
  if (notCacheableReason !== undefined) {
    logs.line(`The generated files are not reused by other runs: ${notCacheableReason}.`);
    snapshot = await generateSnapshot(request, tests, closure, env);
  } else {
    const targets = testModules.map(({ target }) => target);
    const [{ id }, ...others] = testModules;
    const commits = [id, ...others.map((module) => module.id)] as const;
    const inputs = { imageId, patches, env, php: settings.php, layout: request.layout, targets, tests };
    const keyOf = (source: string) => generationKey({ ...inputs, source });
    const wholeTreeKey = keyOf(wholeTreeSource(commits, modules));
    const closureKey = closure.kind === 'pruned' ? keyOf(closure.digest) : wholeTreeKey;
    const lookup = await snapshots.obtain([closureKey, wholeTreeKey], {
      async generateSnapshot() {
        const { fromWholeTree, reproducible, ...generated } = await generateSnapshot(
          request,
          tests,
          closure,
          env,
        );
        const key = fromWholeTree ? wholeTreeKey : closureKey;
        return { ...generated, key: reproducible ? key : undefined };
      },
      signal,
      onEvent: (event) => {
        logs.line(event.message);
        return record.event(event);
      },
    });
    snapshot = lookup.snapshot;
    if (lookup.storedKey !== undefined) {
      await unpackGenerated(request, [snapshot.archive]);
      logs.line(`Generated tests: restored from snapshot ${lookup.storedKey.slice(0, 12)} in ${elapsed()}.`);
    } else logs.line(`Generated tests: generated in ${elapsed()}.`);
  }
  const doneTests = request.plan.filter((planned) => planned.done).map(({ test }) => test);
  await removeGenerated(request, doneTests);
  return snapshot;
}

/**
 * All tests of the plan, so that a later attempt finds the snapshot of the first one. Only the finished tests of an interrupted
 * suite are omitted: before MFTF 3.8 the class of a suite contains the number of its tests from generation.
 */
export function testsToGenerate(plan: { test: PlannedTest; done: boolean }[]): PlannedTest[] {
  const openSuites = new Set(plan.filter(({ done }) => !done).map(({ test }) => test.suite));
  const tests = plan
    .filter(({ test, done }) => !(done && test.suite !== undefined && openSuites.has(test.suite)))
    .map(({ test }) => test);
  return sortForGeneration(tests);
}

function randomReason({ randomTests }: Closure): string | undefined {
  const [first] = randomTests;
  return first && `MFTF writes random values into ${first.name} (${randomTests.length} such tests)`;
}

/** The result of a generation, and whether it can be repeated. */
interface GeneratedSnapshot extends Snapshot {
  /** The closure was not sufficient, so the result depends on the whole tree. */
  fromWholeTree: boolean;
  reproducible: boolean;
}

async function generateSnapshot(
  request: GeneratedRequest,
  tests: PlannedTest[],
  closure: Closure,
  env: string,
): Promise<GeneratedSnapshot> {
  const { engine, containerId, layout, php, modules, files, logs, record, signal, settings } = request;
  let fromWholeTree = closure.kind === 'whole';
  const onWholeTree = async (reason: string) => {
    fromWholeTree = true;
    const message = `The tests are generated from the whole tree, which takes longer: ${reason}.`;
    logs.line(message);
    await record.event({ code: 'GENERATED_WHOLE', message });
  };
  if (closure.kind === 'whole') await onWholeTree(closure.reason);
  else logs.line(`Generating from the ${closure.files.length} files that the tests need.`);
  // MFTF sees only the values that are part of the key; afterwards those of the environment are restored for the tests.
  await putValues(engine, containerId, { env, credentials: '' });
  const log = await logs.open(request.logName);
  let missing: PlannedTest[];
  try {
    const timeoutMs = settings.generationTimeoutMs;
    const target = { engine, containerId, layout, php, modules, signal, timeoutMs };
    ({ missing } = await generate({ ...target, tests, closure, onWholeTree, log: log.stream }));
  } catch (error) {
    const output = await log.close();
    if (!isFault(error, 'GENERATION_FAILED')) throw error;
    failForInfrastructure(output, error);
    const mftfErrors = await readMftfErrors(request);
    const errorsOfTests = (await mapInTurns(tests, (test) => mftfErrorOf(test, mftfErrors))).filter(
      (line) => line !== undefined,
    );
    const errorText = [...new Set(errorsOfTests.length > 0 ? errorsOfTests : mftfErrors)]
      .slice(-5)
      .join(' ')
      .slice(0, 1_000);
    throw new Fault(
      'GENERATION_FAILED',
      `${asSentence(error.message)} MFTF says: ${errorText || lastLinesOf(output)}`,
      {
        cause: error,
      },
    );
  }
  const output = await log.close();
  if (missing.length > 0) failForInfrastructure(output);
  await putValues(engine, containerId, files);
  const mftfErrors = missing.length > 0 ? await readMftfErrors(request) : [];
  const missingWithErrors = await mapInTurns(missing, (test) => ({
    test,
    mftfError: mftfErrorOf(test, mftfErrors),
  }));
  return {
    archive: await packGenerated(request),
    missing: missingWithErrors.map(({ test: { name, suite }, mftfError }) => ({
      name,
      suite,
      message: `MFTF did not generate this test: ${mftfError ?? lastLinesOf(output)}`,
    })),
    fromWholeTree,
    // A test that MFTF reports as wrong will be wrong the next time. Without an error it may have been a transient failure.
    reproducible: missingWithErrors.every(({ mftfError }) => mftfError !== undefined),
  };
}

/** Throws when the output shows a full disk or too little memory, which are no faults of the tests. */
function failForInfrastructure(output: string, cause?: unknown): void {
  const infrastructureFault = recogniseFault(output);
  if (infrastructureFault)
    throw new Fault(infrastructureFault.code, `During generation: ${infrastructureFault.message}`, { cause });
}

/** The last five lines of an output that are not empty. */
function lastLinesOf(output: string): string {
  const lines = output
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.includes(prunedTreeError));
  return lines.slice(-5).join(' ').slice(0, 1_000) || 'nothing.';
}
