import { withTimeout } from '../../async/timeout.ts';
import { containerName } from '../../model/environment.ts';
import { describePatches } from '../../model/patch.ts';
import { runToken } from '../../model/run-token.ts';
import type { PlannedTest } from '../../model/selection.ts';
import type { Job, Outcome } from '../../worker/runner.ts';
import type { CatalogAccess } from '../catalog/catalogs.ts';
import { describeHidden } from '../catalog/fixtures.ts';
import { providedNames } from '../closure/variables.ts';
import { putFixtures } from '../container/fixtures.ts';
import { createPhp, type Php } from '../container/php.ts';
import { removeGenerated, unpackGenerated } from '../generation/snapshot-archive.ts';
import { describeOverridden, type EnvValue } from '../module/env-files.ts';
import type { PatchedFiles } from '../patches/patch-files.ts';
import { defaultWaitSeconds } from '../results/timed-out-waits.ts';
import { blocksOf } from './blocks.ts';
import type { RunSessions } from './browser-sessions.ts';
import { createRunBrowsers } from './browsers-of-run.ts';
import { deadlineIn } from './deadline-in.ts';
import { chooseRoute, type DownloadRoute } from './download-route.ts';
import { type ExecutionContext, executeBlock } from './execute-block.ts';
import { executeTests, type TestingEnd, type TestingRequest } from './execute-tests.ts';
import { generateTests } from './generate-tests.ts';
import { executeHooksBefore } from './hooks-of-run.ts';
import { planRun, type RunPlan } from './plan-run.ts';
import { shopOutage } from './preflight.ts';
import { prepareContainer } from './prepare-container.ts';
import type { PreparedRun } from './prepared-run.ts';
import { planRunData, prepareRunData, type RunDataPlan } from './run-data-of-run.ts';
import type { RunnerDependencies } from './runner-dependencies.ts';

/** The part of a run that happens in its containers, under the execution lock. Errors: those of the five steps. */
export async function executeInContainers(
  deps: RunnerDependencies,
  job: Job,
  prepared: PreparedRun,
): Promise<Outcome> {
  const { run, record } = job;
  const { containerId } = prepared;

  // 1. Prepare the container of the first slot.
  const { chrome, mftfVersion, patched } = await prepareContainer(deps, job, prepared, containerId);
  await reportPatches(job, prepared, patched);

  // 2. Execute the hooks before the tests, and before the shop is checked: it may have to wait for a deployment.
  const hooks = await executeHooksBefore(deps, job, prepared);
  if (hooks.kind === 'failed') return { kind: 'broken', reason: hooks.reason };
  if (hooks.kind === 'stopped') return { kind: 'requeue' };

  // 3. Plan the tests.
  const runPlan = await planRun(deps, job, prepared);
  const { all, open, further } = runPlan;
  if (all.every(({ done }) => done)) return { kind: 'finished' };
  const failedTests = all.filter(({ failed }) => failed).length;
  const { maxFailures = Number.POSITIVE_INFINITY } = run.options;
  if (failedTests >= maxFailures) return { kind: 'max-failures', maxFailures };

  let end: TestingEnd = { outcome: { kind: 'finished' }, failed: failedTests };
  if (open.length > 0) {
    end = await executeOpen(deps, job, prepared, { runPlan, failedTests, chrome, mftfVersion, patched });
  }
  if (further && end.outcome.kind === 'finished') {
    // The last test of MFTF may have been the one too many.
    if (end.failed >= maxFailures) {
      prepared.logs.line(`${end.failed} tests failed, so none of Playwright is executed.`);
      return { kind: 'max-failures', maxFailures };
    }
    await record.phase('testing');
    end = await executeFurther(deps, job, prepared, runPlan, further, end.failed);
  }
  if (end.outcome.kind === 'finished') {
    await record.phase('reporting');
    prepared.logs.line('All tests have a result.');
  }
  return end.outcome;
}

/** Generates and executes the tests of MFTF that have no result. */
async function executeOpen(
  deps: RunnerDependencies,
  job: Job,
  prepared: PreparedRun,
  {
    runPlan,
    failedTests,
    chrome,
    mftfVersion,
    patched,
  }: {
    runPlan: RunPlan;
    failedTests: number;
    chrome: boolean;
    mftfVersion: string | undefined;
    patched: PatchedFiles;
  },
): Promise<TestingEnd> {
  const { environment, record } = job;
  const { containerId } = prepared;
  const { plan } = runPlan;
  await reportValues(job, prepared, runPlan);

  const fixtures = await reportFixtures(deps, job, prepared, runPlan);
  await putFixtures(deps.engine, containerId, deps.layout, fixtures);

  // 4. Generate those without a result.
  await record.phase('generating');
  const php = await openPhp(deps, job, containerId);
  const generationPlan = { ...runPlan, patched, mftfVersion };
  const { archives, runnable, runDataPlan, runData } = await besidePreflight(runPlan, job, async (part) => {
    const generated = await generateTests(deps, part, prepared, generationPlan, php);
    const dataPlan = await planRunData(deps, prepared, runPlan);
    const stored = await prepareRunData(deps, part, prepared, dataPlan, { containerId, php });
    return { ...generated, runDataPlan: dataPlan, runData: stored };
  });

  const downloadRoute = await chooseRoute(deps.settings.downloads, {
    selenium: deps.locateSelenium,
    isChrome: chrome,
  });
  if (downloadRoute.kind === 'none' && downloadRoute.reason !== undefined) {
    prepared.logs.line(`Tests do not get what their browsers download: ${downloadRoute.reason}.`);
  }

  // 5. Execute them, in as many containers as the environment has slots.
  await record.phase('testing');
  const browsers = createRunBrowsers(deps, job, prepared, {
    isChrome: chrome,
    testCount: runnable.length,
  });
  const context = executionContext(deps, job, prepared, archives, {
    ...{ chrome, downloadRoute, sessions: browsers.sessions },
    catalog: runPlan.catalog,
  });
  try {
    await browsers.start(containerId);
    return await executeTests({
      ...(await testingRequest(deps, job, prepared, runPlan, failedTests)),
      blocks: blocksOf(runnable),
      exclusiveTests: new Set(await exclusiveTests(deps, runPlan, runnable)),
      first: { containerId, containerName: containerName(environment.id), php, runData },
      open: async (number) => {
        const files = { plan, archives, fixtures, runDataPlan };
        const slot = await openSlot(deps, job, prepared, files, number);
        await browsers.start(slot.containerId);
        return slot;
      },
      execute: (slot, block, folder) => executeBlock({ ...context, ...slot }, block, folder),
    });
  } finally {
    await browsers.stop();
  }
}

/**
 * The result of work beside the preflight, when both have ended. The job of the work is aborted when the preflight fails, because MFTF
 * may generate for minutes. When both fail, the error is that of the preflight.
 */
async function besidePreflight<Result>(
  { awaitPreflight }: RunPlan,
  job: Job,
  work: (job: Job) => Promise<Result>,
): Promise<Result> {
  const stop = new AbortController();
  const abort = AbortSignal.any([job.abort, stop.signal]);
  const checking = awaitPreflight().catch((error: unknown) => {
    stop.abort(error);
    throw error;
  });
  const [preflight, result] = await Promise.allSettled([checking, work({ ...job, abort })]);
  if (preflight.status === 'rejected') throw preflight.reason;
  if (result.status === 'rejected') throw result.reason;
  return result.value;
}

/** Executes the tests of another tool that have no result. */
async function executeFurther(
  deps: RunnerDependencies,
  job: Job,
  prepared: PreparedRun,
  runPlan: RunPlan,
  { tests, tool }: NonNullable<RunPlan['further']>,
  failedTests: number,
): Promise<TestingEnd> {
  await runPlan.awaitPreflight();
  const request = await testingRequest(deps, job, prepared, runPlan, failedTests);
  return executeTests({
    ...request,
    blocks: tool.blocksOf(tests),
    exclusiveTests: new Set(),
    first: prepared.containerId,
    open: async (slot) => {
      const containerId = await prepared.ensureContainer(slot);
      await prepareContainer(deps, job, prepared, containerId);
      await tool.prepare(containerId);
      return containerId;
    },
    execute: tool.execute,
  }).finally(tool.finish);
}

/** What the executions of the tests of all tools have in common. */
async function testingRequest(
  deps: RunnerDependencies,
  { environment, run, record, abort: signal, stop }: Job,
  { logs }: PreparedRun,
  { all }: RunPlan,
  failedTests: number,
): Promise<Omit<TestingRequest<never>, 'blocks' | 'exclusiveTests' | 'first' | 'open' | 'execute'>> {
  const { maxFailures = Number.POSITIVE_INFINITY, failedFirst } = run.options;
  return {
    environment,
    attempt: run.attempt,
    record,
    logs,
    signal,
    stop,
    plan: all.map(({ test }) => test),
    expected: () => deps.expected(run.id),
    failedLast: failedFirst ? await testsThatFailedLast(deps, run.id) : new Set(),
    failures: { before: failedTests, max: maxFailures },
  };
}

/** The container of a slot, PHP in it, and the data that it has stored. */
type MftfSlot = Pick<ExecutionContext, 'containerId' | 'containerName' | 'php' | 'runData'>;

/** The tests of a run that failed when they were last executed on its environment, by `keyOf`. */
async function testsThatFailedLast({ outcomes }: RunnerDependencies, runId: number): Promise<Set<string>> {
  const histories = await outcomes(runId);
  return new Set([...histories].filter(([, history]) => history.endsWith('x')).map(([key]) => key));
}

/** The names of the tests that are never executed beside another one of their environment. */
async function exclusiveTests(
  { settings: { exclusiveGroups } }: RunnerDependencies,
  { catalog }: RunPlan,
  tests: readonly PlannedTest[],
): Promise<string[]> {
  if (exclusiveGroups.length === 0) return [];
  const names = tests.map(({ name }) => name);
  return catalog.ask('inGroups', { tests: names, groups: exclusiveGroups });
}

async function reportPatches(
  { run, record }: Job,
  { logs }: PreparedRun,
  { patches }: PatchedFiles,
): Promise<void> {
  if (patches.length > 0) logs.line(`Patches of the framework: ${describePatches(patches)}`);
  // A write that most runs do not need.
  if (patches.length > 0 || run.patches.length > 0) await record.patches(patches);
}

/** PHP in a container, for as long as the run is held. */
async function openPhp(
  { engine, settings, outputPace }: RunnerDependencies,
  job: Job,
  containerId: string,
): Promise<Php> {
  const { run, fence } = job;
  return createPhp(engine, containerId, {
    php: settings.php,
    memoryBytes: settings.phpMemoryBytes,
    heartbeatMs: settings.heartbeatMs,
    token: runToken({ runId: run.id, fence }),
    fence,
    pace: outputPace,
    deadline: await deadlineIn(engine, job, containerId),
  });
}

/** Prepares the container of a further slot, with the generated files of the open tests. */
async function openSlot(
  deps: RunnerDependencies,
  job: Job,
  prepared: PreparedRun,
  {
    plan,
    archives,
    fixtures,
    runDataPlan,
  }: {
    plan: RunPlan['plan'];
    archives: readonly Buffer[];
    fixtures: readonly string[];
    runDataPlan: RunDataPlan | undefined;
  },
  slot: number,
): Promise<MftfSlot> {
  const { engine, layout } = deps;
  const containerId = await prepared.ensureContainer(slot);
  await prepareContainer(deps, job, prepared, containerId);
  await putFixtures(engine, containerId, layout, fixtures);
  const place = { engine, containerId, layout };
  await unpackGenerated(place, archives);
  const doneTests = plan.filter(({ done }) => done).map(({ test }) => test);
  await removeGenerated(place, doneTests);
  const php = await openPhp(deps, job, containerId);
  return {
    containerId,
    containerName: containerName(job.environment.id, slot),
    php,
    runData: await prepareRunData(deps, job, prepared, runDataPlan, { containerId, php }),
  };
}

function executionContext(
  deps: RunnerDependencies,
  { run, environment, record, abort: signal }: Job,
  { files, redactor, logs }: PreparedRun,
  archives: readonly Buffer[],
  {
    chrome,
    downloadRoute,
    sessions,
    catalog,
  }: { chrome: boolean; downloadRoute: DownloadRoute; sessions: RunSessions; catalog: CatalogAccess },
): Omit<ExecutionContext, keyof MftfSlot> {
  const { engine, layout, artifacts, resultReaders, settings } = deps;
  return {
    runId: run.id,
    engine,
    layout,
    generated: archives,
    record,
    redactor,
    secrets: files.secrets,
    sessions,
    downloadRoute,
    // Only browsers of Google know the protocol by which they are recorded.
    replays: { mode: chrome ? (environment.replay ?? settings.replay) : 'off', recorders: deps.replays },
    logs,
    artifacts,
    resultReaders,
    signal,
    shopOutage: (containerId) =>
      shopOutage({ engine, containerId, layout, php: settings.php, values: files.values }),
    placeOf: async (failure) => {
      const ask = () => catalog.ask('placeOfFailure', failure);
      // The results count without it.
      return withTimeout(maxPlaceMs, ask, () => undefined).catch(() => undefined);
    },
    waitSeconds: waitSecondsOf(files.values),
    timeoutMs: settings.testTimeoutMs,
  };
}

/** Far more than the first test of a tree takes to be resolved; the result of a test waits for it. */
const maxPlaceMs = 30_000;

/** WAIT_TIMEOUT of the tests, in seconds. */
function waitSecondsOf(values: readonly EnvValue[]): number {
  const seconds = Number(values.find(({ name }) => name === 'WAIT_TIMEOUT')?.value || undefined);
  return Number.isFinite(seconds) ? seconds : defaultWaitSeconds;
}

/** Reports what may surprise about the fixture files of the tests. Returns the folders to copy, see `Fixtures`. */
async function reportFixtures(
  { settings }: RunnerDependencies,
  { record }: Job,
  { logs }: PreparedRun,
  { catalog, open }: RunPlan,
): Promise<readonly string[]> {
  const { folders, hidden } = await catalog.ask('fixtures', undefined);
  const hiddenFiles = describeHidden(hidden);
  if (hiddenFiles !== undefined) logs.line(hiddenFiles);
  // A mount in the tree may have files that the image has not.
  const isWhole = settings.notCacheableReason === undefined;
  const message = isWhole ? await catalog.ask('missingFixtures', { tests: open }) : undefined;
  if (message !== undefined) {
    logs.line(message);
    await record.event({ code: 'FIXTURE_MISSING', message });
  }
  return folders;
}

/** Reports what may surprise about the values of the tests. */
async function reportValues(
  { environment, record }: Job,
  { files, logs }: PreparedRun,
  { catalog, open }: RunPlan,
): Promise<void> {
  for (const warning of files.warnings) logs.line(warning);
  const missing = await catalog.ask('missingVariables', { tests: open, ...providedNames(files) });
  const messages = [
    ['VALUE_OVERRIDDEN', describeOverridden(environment.code, files)],
    ['VARIABLE_MISSING', missing],
  ] as const;
  for (const [code, message] of messages) {
    if (message === undefined) continue;
    logs.line(message);
    await record.event({ code, message });
  }
}
