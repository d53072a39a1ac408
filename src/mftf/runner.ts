import type { Artifacts } from '../artifacts/artifacts.ts';
import type { Engine } from '../engine/engine.ts';
import { Fault, isFault, toFault } from '../errors.ts';
import type { Environment } from '../model/environment.ts';
import type { Reason } from '../model/run.ts';
import { describeSelection, type PlannedTest } from '../model/selection.ts';
import type { Commit, Modules } from '../modules/modules.ts';
import type { Pool } from '../pool/pool.ts';
import { checkoutsFolder } from '../pool/specification.ts';
import type { Job, Outcome, Runner } from '../worker/runner.ts';
import { blocksOf, nameOf } from './blocks.ts';
import { resolveSelection } from './catalog/selection.ts';
import type { Catalogs } from './catalogs.ts';
import { buildEnvFiles, type EnvFilesInput, moduleEnvPath, readModuleEnvFile } from './env-files.ts';
import { broken, type ExecutionContext, executeBlock } from './execution.ts';
import { generate } from './generation.ts';
import type { Layout } from './layout.ts';
import { openRunLogs, type RunLogs } from './logs.ts';
import { moduleNames } from './module-names.ts';
import { createPhp } from './php.ts';
import { prepare } from './prepare.ts';
import { createRedactor, type Redactor } from './redact.ts';
import { recogniseFault } from './results/infrastructure.ts';

export interface RunnerDependencies {
  engine: Engine;
  pool: Pool;
  modules: Modules;
  catalogs: Catalogs;
  artifacts: Artifacts;
  layout: Layout;
  /** The values that matre keeps for an environment, readable. */
  readValues(
    environment: Environment,
  ): Promise<Pick<EnvFilesInput, 'globals' | 'variables' | 'adminPassword'>>;
  selenium: EnvFilesInput['selenium'];
  settings: {
    image: string;
    php: string;
    beatMs: number;
    testTimeoutMs: number;
    generationTimeoutMs: number;
  };
}

/** What is known of a run before anything is done in its container. */
interface Prepared {
  commit: Commit;
  checkout: string;
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
        const container = await deps.pool.ensure(environment, { requiredFiles, signal, onEvent, fence });
        logs.line(`Container: ${container.name}`);
        const prepared = { commit, checkout, containerId: container.id, files, redactor, logs };
        return executeIn(deps, { ...job, abort: signal }, prepared);
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
  await prepare(engine, containerId, {
    layout,
    commit: prepared.commit.id,
    code: environment.code,
    files: prepared.files,
  });
  const plan = await planOf(deps, job, prepared);
  const open = plan.filter(({ done }) => !done).map(({ test }) => test);
  logs.line(`Tests: ${plan.length}, to be executed: ${open.length}`);
  if (open.length === 0) return { kind: 'finished' };

  await record.phase('generating');
  const token = `run-${run.id}-${job.fence}`;
  const { fence } = job;
  const php = createPhp(engine, containerId, { php: settings.php, beatMs: settings.beatMs, token, fence });
  const missing = await generateOpen(deps, { job, prepared, php, open });
  const runnable = open.filter((test) => !missing.has(test));

  await record.phase('testing');
  const context: ExecutionContext = {
    runId: run.id,
    engine,
    containerId,
    layout,
    php,
    record,
    redactor,
    logs,
    artifacts,
    signal,
    timeoutMs: settings.testTimeoutMs,
  };
  const positions = new Map(plan.map(({ test }, index) => [keyOf(test), index + 1]));
  for (const block of blocksOf(runnable)) {
    if (stop.aborted) {
      logs.line('The worker stops; the run goes back to the queue with what it has.');
      return { kind: 'handed-back' };
    }
    const [first] = block.tests;
    const position = String(first ? positions.get(keyOf(first)) : 0).padStart(3, '0');
    const place = `tests/${position}-${nameOf(block)}${run.attempt > 1 ? `-attempt-${run.attempt}` : ''}`;
    const reason = await executeBlock(context, block, place);
    if (reason) return end(logs, reason);
  }
  await record.phase('reporting');
  logs.line('All tests have a result.');
  return { kind: 'finished' };
}

function end(logs: RunLogs, reason: Reason): Outcome {
  logs.line(`The run ends here: ${reason.code}: ${reason.message}`);
  return { kind: 'broken', reason };
}

/** The plan of the first attempt, or what the selection means at this commit. */
async function planOf(
  { engine, catalogs, settings }: RunnerDependencies,
  { run, record }: Job,
  { commit, checkout, containerId }: Prepared,
): Promise<{ test: PlannedTest; done: boolean }[]> {
  const earlier = await record.planned();
  if (earlier.length > 0) return earlier;
  const container = async () => ({ id: containerId, dispose: async () => {} });
  const image = { id: await engine.imageId(settings.image), container };
  const catalog = await catalogs.of(image, { id: commit.id, path: checkout });
  const { tests, unusable } = resolveSelection(catalog, run.selection);
  for (const { test, because } of unusable) {
    await record.event({ code: 'TEST_UNUSABLE', message: `${test} was left out: ${because}.` });
  }
  await record.plan(tests);
  return tests.map((test) => ({ test, done: false }));
}

/** Generates what is left of the plan. The tests that MFTF did not generate get their result here. */
async function generateOpen(
  { engine, layout, settings }: RunnerDependencies,
  {
    job,
    prepared,
    php,
    open,
  }: { job: Job; prepared: Prepared; php: ReturnType<typeof createPhp>; open: PlannedTest[] },
): Promise<Set<PlannedTest>> {
  const startedAt = new Date();
  const log = await prepared.logs.open(
    job.run.attempt > 1 ? `generation-attempt-${job.run.attempt}.txt` : 'generation.txt',
  );
  let missing: PlannedTest[];
  let said = '';
  try {
    ({ missing } = await generate({
      engine,
      containerId: prepared.containerId,
      layout,
      php,
      tests: open,
      log: log.stream,
      signal: job.abort,
      timeoutMs: settings.generationTimeoutMs,
    }));
  } catch (error) {
    said = await log.close();
    if (!isFault(error, 'GENERATION_FAILED')) throw error;
    const known = recogniseFault(said);
    if (known) throw new Fault(known.code, `During generation: ${known.message}`, { cause: error });
    throw new Fault('GENERATION_FAILED', `${error.message} MFTF says: ${complaintIn(said)}`, {
      cause: error,
    });
  }
  said = await log.close();
  const reason: Reason = recogniseFault(said) ?? {
    code: 'GENERATION_FAILED',
    message: `MFTF did not generate this test: ${complaintIn(said)}`,
  };
  for (const test of missing) await job.record.result(broken(test, reason, startedAt));
  return new Set(missing);
}

/** What MFTF complained of, out of all that it printed: the lines with an error, else the last ones. */
function complaintIn(output: string): string {
  const lines = output
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const errors = lines.filter((line) => /error|exception|not found|does not exist/i.test(line));
  return (errors.length > 0 ? errors : lines).slice(-5).join(' ').slice(0, 1_000) || 'nothing.';
}

function keyOf({ name, suite }: PlannedTest): string {
  return `${suite ?? ''}:${name}`;
}
