import type { Artifacts } from '../../artifacts/artifacts.ts';
import type { Engine } from '../../engine/engine.ts';
import { fencedEngine } from '../../engine/fenced-engine.ts';
import { readClock } from '../../engine/supervised.ts';
import { toFault } from '../../faults/fault.ts';
import type { Environment } from '../../model/environment.ts';
import { runToken } from '../../model/run-token.ts';
import { describeSelection, type PlannedTest } from '../../model/selection.ts';
import type { Commit, Modules } from '../../modules/modules.ts';
import type { Pool } from '../../pool/pool.ts';
import { checkoutsFolder } from '../../pool/specification.ts';
import type { Sessions } from '../../selenium/sessions.ts';
import type { ExpectedDuration } from '../../store/tables/durations.ts';
import type { Job, Outcome, Runner } from '../../worker/runner.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { Catalogs } from '../catalog/catalogs.ts';
import { resolveSelection } from '../catalog/selection.ts';
import { closureOf } from '../closure/closure.ts';
import type { Validations } from '../closure/validation.ts';
import { describeMissing, variablesOf } from '../closure/variables.ts';
import type { Layout } from '../container/layout.ts';
import { createPhp } from '../container/php.ts';
import { prepare } from '../container/prepare.ts';
import { ensureGenerated } from '../generation/ensure-generated.ts';
import { removeGenerated, unpackGenerated } from '../generation/snapshot-archive.ts';
import type { Snapshot, Snapshots } from '../generation/snapshots.ts';
import { buildEnvFiles, type EnvFilesInput, moduleEnvPath, readModuleEnvFile } from '../module/env-files.ts';
import { moduleNames } from '../module/module-names.ts';
import { keyOf } from './blocks.ts';
import { createRunSessions } from './browser-sessions.ts';
import { broken } from './execute-block.ts';
import { executeTests } from './execute-tests.ts';
import { openRunLogs, type RunLogs } from './logs.ts';
import { preflight } from './preflight.ts';
import { createRedactor, type Redactor } from './redact.ts';

export interface RunnerDependencies {
  engine: Engine;
  pool: Pool;
  modules: Modules;
  catalogs: Catalogs;
  snapshots: Snapshots;
  validations: Validations;
  artifacts: Artifacts;
  layout: Layout;
  /** The values that matre keeps for an environment, readable. */
  readValues(
    environment: Environment,
  ): Promise<Pick<EnvFilesInput, 'globals' | 'variables' | 'adminPassword'>>;
  selenium: EnvFilesInput['selenium'];
  /** How long the tests of a run took before. */
  expected(runId: number): Promise<readonly ExpectedDuration[]>;
  sessions: Pick<Sessions, 'endLabelled'>;
  /** Of which installation the sessions are. */
  installation: string;
  /** Where files of runs are kept, on this machine. */
  dataFolder: string;
  settings: {
    image: string;
    php: string;
    heartbeatMs: number;
    testTimeoutMs: number;
    generationTimeoutMs: number;
    /** Names of variables that generation may read besides those that MFTF is known to read. */
    generationVariables: string[];
    /** See `TestingRequest`. */
    exclusiveGroups: string[];
    /** Why what is generated must not be used for other runs, if so. */
    notCacheableBecause: string | undefined;
  };
}

/** Of files that do not fit; more are no help. */
const shownFaults = 10;

/** What is known of a run before anything is done in its container. */
interface Prepared {
  commit: Commit;
  checkout: string;
  /** The container of a slot, from 1 on: see `Pool.ensure`. */
  container(slot: number): Promise<string>;
  /** Of the first slot. */
  containerId: string;
  files: ReturnType<typeof buildEnvFiles>;
  redactor: Redactor;
  logs: RunLogs;
}

/** Executes runs with MFTF: the way of a run from the commit to the last result. */
export function createRunner(deps: RunnerDependencies): Runner {
  return async (job) => {
    const { run, environment } = job;
    const values = await deps.readValues(environment);
    // Until the values of the module are known, those that matre keeps are hidden.
    const known = [...values.globals, ...values.variables].filter(({ secret }) => secret);
    let redactor = createRedactor([...known.map(({ value }) => value), values.adminPassword ?? '']);
    const logs = await openRunLogs(deps.artifacts, run.id, {
      text: (text) => redactor.text(text),
      stream: () => redactor.stream(),
    });
    try {
      const what = describeSelection(run.selection);
      logs.line(
        `Run ${run.id}, attempt ${run.attempt}: ${what} on ${environment.code} (${environment.baseUrl})`,
      );
      await job.record.phase('preparing');
      const commit = await pin(deps.modules, job);
      logs.line(`Test module: ${commit.id} ${commit.subject}`);
      const checkout = await deps.modules.checkout(commit.id);
      const moduleFile = await readModuleEnvFile(checkout, environment.code, commit.id);
      const files = buildEnvFiles({
        environment,
        ...values,
        moduleFile,
        moduleNames: await moduleNames(checkout, deps.layout.module),
        selenium: deps.selenium,
      });
      redactor = createRedactor(files.secrets);
      return await job.exclusively(async (signal) => {
        const onEvent = (event: { code: string; message: string }) => {
          logs.line(event.message);
          return job.record.event(event);
        };
        // A write of a run that is held no more is refused.
        const fence = { number: job.fence, assertHeld: () => job.record.phase('preparing') };
        const requiredFiles = [`${checkoutsFolder}/${commit.id}/${moduleEnvPath(environment.code)}`];
        const container = async (slot: number) => {
          const needs = { slot, requiredFiles, signal, onEvent, fence };
          const { id, name } = await deps.pool.ensure(environment, needs);
          logs.line(`Container: ${name}`);
          return id;
        };
        const containerId = await container(1);
        const prepared = { commit, checkout, container, containerId, files, redactor, logs };
        const engine = fencedEngine(deps.engine, job.assertHeld);
        return executeIn({ ...deps, engine }, { ...job, abort: signal }, prepared);
      });
    } catch (error) {
      job.abort.throwIfAborted();
      logs.line(`${toFault(error).code}: ${toFault(error).message}`);
      throw error;
    } finally {
      await logs.close().catch(() => {});
    }
  };
}

/** The commit of the run: the newest when it first starts, the same for every attempt after that. */
async function pin(modules: Modules, job: Job): Promise<Commit> {
  const commit = job.run.commit ?? (await modules.resolve());
  if (!job.run.commit) await job.record.commit(commit);
  return commit;
}

/** Everything that happens in the container, under the execution lock. */
async function executeIn(deps: RunnerDependencies, job: Job, prepared: Prepared): Promise<Outcome> {
  const { engine, layout, settings, artifacts } = deps;
  const { run, environment, record, abort: signal, stop } = job;
  const { containerId, logs, redactor } = prepared;
  const prewarm = ({ containerId, commit, files }: Prepared) =>
    prepare(engine, containerId, { layout, commit: commit.id, code: environment.code, files });
  const { chrome } = await prewarm(prepared);
  const { php: phpProgram } = settings;
  const { values } = prepared.files;
  const needs = { engine, containerId, layout, php: phpProgram, values, dataFolder: deps.dataFolder };
  // Beside the reading of the catalog, so that it costs a run no time.
  const looked = preflight(needs);
  looked.catch(() => {});
  const catalog = await catalogOf(deps, prepared);
  const plan = await planOf(catalog, job);
  logs.line(await looked);
  const open = plan.filter(({ done }) => !done).map(({ test }) => test);
  logs.line(`Tests: ${plan.length}, to be executed: ${open.length}`);
  if (open.length === 0) return { kind: 'finished' };
  const unset = describeMissing(variablesOf(catalog, open), prepared.files);
  if (unset !== undefined) {
    logs.line(unset);
    await record.event({ code: 'VARIABLE_MISSING', message: unset });
  }

  await record.phase('generating');
  const token = runToken({ runId: run.id, fence: job.fence });
  const { fence } = job;
  const phpIn = async (id: string) => {
    const deadline = { until: job.heldUntil, clock: await readClock(engine, id) };
    return createPhp(engine, id, {
      php: settings.php,
      heartbeatMs: settings.heartbeatMs,
      token,
      fence,
      deadline,
    });
  };
  const php = await phpIn(containerId);
  const place = { engine, containerId, layout, php, signal };
  const source = { imageId: await engine.imageId(settings.image), commit: prepared.commit.id };
  const timeoutMs = settings.generationTimeoutMs;
  const invalid = await deps.validations.of({ ...place, ...source, catalog, timeoutMs });
  for (const message of invalid.slice(0, shownFaults)) {
    logs.line(message);
    await record.event({ code: 'MODULE_INVALID', message });
  }
  const pruningObstacles =
    settings.notCacheableBecause === undefined ? invalid : [settings.notCacheableBecause];
  const snapshot = await ensureGenerated({
    ...place,
    ...source,
    snapshots: deps.snapshots,
    plan,
    closureOf: (tests) => closureOf(catalog, tests, { settings: valuesOf(prepared.files), pruningObstacles }),
    files: prepared.files,
    logName: run.attempt > 1 ? `generation-attempt-${run.attempt}.txt` : 'generation.txt',
    logs,
    record,
    settings,
  });
  const runnable = await recordMissing(record, snapshot, open);

  await record.phase('testing');
  const done = plan.filter((planned) => planned.done).map(({ test }) => test);
  return executeTests({
    environment,
    attempt: run.attempt,
    catalog,
    plan: plan.map(({ test }) => test),
    tests: runnable,
    first: { containerId, php },
    async open(slot) {
      const id = await prepared.container(slot);
      await prewarm({ ...prepared, containerId: id });
      const there = { engine, containerId: id, layout };
      await unpackGenerated(there, snapshot.archive);
      await removeGenerated(there, done);
      return { containerId: id, php: await phpIn(id) };
    },
    context: {
      runId: run.id,
      engine,
      layout,
      generated: snapshot.archive,
      record,
      redactor,
      sessions: createRunSessions(
        { installation: deps.installation, runId: run.id, fence },
        { chrome, endLabelled: deps.sessions.endLabelled },
      ),
      logs,
      artifacts,
      signal,
      timeoutMs: settings.testTimeoutMs,
    },
    expected: () => deps.expected(run.id),
    exclusiveGroups: settings.exclusiveGroups,
    stop,
  });
}

/** What there is to test in the image and at the commit of a run. */
async function catalogOf(
  { engine, catalogs, settings }: RunnerDependencies,
  { commit, checkout, containerId }: Prepared,
): Promise<Catalog> {
  const container = async () => ({ id: containerId, dispose: async () => {} });
  const image = { id: await engine.imageId(settings.image), container };
  return catalogs.of(image, { id: commit.id, path: checkout });
}

/** The plan of the first attempt, or what the selection means at this commit. */
async function planOf(
  catalog: Catalog,
  { run, record }: Job,
): Promise<{ test: PlannedTest; done: boolean }[]> {
  const earlier = await record.planned();
  if (earlier.length > 0) return earlier;
  const { tests, unusable } = resolveSelection(catalog, run.selection);
  for (const { test, because } of unusable) {
    await record.event({ code: 'TEST_UNUSABLE', message: `${test} was left out: ${because}.` });
  }
  await record.plan(tests);
  return tests.map((test) => ({ test, done: false }));
}

/** The tests that MFTF could not generate get their result here; the others are given back. */
async function recordMissing(
  record: Job['record'],
  { missing }: Snapshot,
  open: PlannedTest[],
): Promise<PlannedTest[]> {
  const messages = new Map(missing.map((test) => [keyOf(test), test.message]));
  const startedAt = new Date();
  for (const test of open) {
    const message = messages.get(keyOf(test));
    if (message !== undefined)
      await record.result(broken(test, { code: 'GENERATION_FAILED', message }, startedAt));
  }
  return open.filter((test) => !messages.has(keyOf(test)));
}

function valuesOf(files: Prepared['files']): Record<string, string> {
  return Object.fromEntries(files.values.map(({ name, value }) => [name, value]));
}
