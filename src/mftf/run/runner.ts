import { fencedEngine } from '../../engine/fenced-engine.ts';
import { secretsOf } from '../../model/address/base-url.ts';
import { secretTextsOf } from '../../model/env-file/secret-rule.ts';
import { describeSelection } from '../../model/selection.ts';
import type { EnvironmentSources } from '../../modules/environment-sources.ts';
import { checkoutsFolder } from '../../pool/specification.ts';
import type { AfterHooks, Job, Runner } from '../../worker/runner.ts';
import { buildEnvFiles, findModuleEnvFile, moduleEnvPath } from '../module/env-files.ts';
import type { InstalledModule } from '../module/installed-module.ts';
import { listModuleNames } from '../module/list-module-names.ts';
import type { Patch } from '../patches/patch-files.ts';
import { assertNotMounted, readPatches } from '../patches/read-patches.ts';
import { redactFault, redactReason, redactRecorder } from '../redaction/redact-reports.ts';
import { createRedactor, type Redactor } from '../redaction/redactor.ts';
import { executeInContainers } from './execute-in-containers.ts';
import { executeAfterHooks } from './hooks-of-run.ts';
import { openRunLogs, type RunLogs } from './logs.ts';
import { pinModules } from './pin-modules.ts';
import type { OpenRun } from './prepared-run.ts';
import type { RunnerDependencies } from './runner-dependencies.ts';

export type { RunnerDependencies };

/** Executes runs with MFTF, from the commit to the last result. */
export function createRunner(deps: RunnerDependencies): Runner {
  return async (claimed) => {
    return withOpenRun(deps, claimed, async (engineDeps, job, open) => {
      const containerId = await open.ensureContainer(1);
      const ended = await executeInContainers(engineDeps, job, { ...open, containerId });
      return ended.kind === 'broken'
        ? { ...ended, reason: redactReason(ended.reason, open.redactor) }
        : ended;
    });
  };
}

/** Executes the hooks after the tests of runs. */
export function createAfterHooks(deps: RunnerDependencies): AfterHooks {
  return (claimed, verdict) =>
    executeAfterHooks(claimed, (work) => withOpenRun(deps, claimed, work), verdict);
}

/**
 * Runs `work` for a run whose log is open and whose values are read, under the execution lock. Errors have no secrets: those of the test
 * module, and of `work`.
 */
async function withOpenRun<Result>(
  deps: RunnerDependencies,
  claimed: Job,
  work: (deps: RunnerDependencies, job: Job, open: OpenRun) => Promise<Result>,
): Promise<Result> {
  const { run, environment } = claimed;
  // 1. Open the logs. Until the values of the module are read, the secrets that matre stores are hidden.
  const storedValues = await deps.readValues(environment, { runId: run.id, fence: claimed.fence });
  const { globals, variables, adminPassword = '', shopCredentials } = storedValues;
  const secrets = [...globals, ...variables]
    .filter(({ secret }) => secret)
    .flatMap(({ value }) => secretTextsOf(value));
  const ofShop = shopCredentials === undefined ? [] : secretsOf(shopCredentials);
  let redactor = await createRedactor([...secrets, adminPassword, ...ofShop]);
  const current: Redactor = {
    text: (text) => redactor.text(text),
    textInTurns: (text) => redactor.textInTurns(text),
    stream: () => redactor.stream(),
  };
  const job: Job = { ...claimed, record: redactRecorder(claimed.record, current) };
  const logs = await openRunLogs(deps.artifacts, run.id, current);
  try {
    const selection = describeSelection(run.selection);
    logs.line(
      `Run ${run.id}, attempt ${run.attempt}: ${selection} on ${environment.code} (${environment.baseUrl})`,
    );
    await job.record.phase('preparing');
    // 2. Check out the test modules.
    const sources = await deps.sourcesOf(environment);
    const testModules = await pinModules(deps, job, sources.modules);
    for (const { name, id, subject } of testModules) {
      const label = testModules.length > 1 ? `Test module ${name}` : 'Test module';
      logs.line(`${label}: ${id} ${subject}`);
    }
    if (run.ref !== undefined) logs.line(`Ref: ${run.ref}`);
    const patches = await patchesOf(deps, job, testModules[0]);
    // 3. Build the files that MFTF reads its values from.
    const { text, module: valuesFrom } = await findModuleEnvFile(testModules, environment.code);
    const files = buildEnvFiles({
      environment,
      ...storedValues,
      moduleFile: text,
      moduleNames: await listModuleNames(deps.readers, testModules),
      selenium: deps.selenium,
      rule: deps.secretRule,
    });
    redactor = await createRedactor(files.secrets);
    // 4. Wait for the execution lock, and do the rest in the containers.
    return await job.exclusively(async (signal) => {
      const ensureContainer = containerOf(deps, job, { sources, valuesFrom, logs, signal });
      const engine = fencedEngine(deps.engine, job.assertHeld);
      const { image } = sources;
      const open = { image, testModules, valuesFrom, patches, ensureContainer, files, redactor, logs };
      return work({ ...deps, engine }, { ...job, abort: signal }, open);
    });
  } catch (error) {
    job.abort.throwIfAborted();
    const fault = redactFault(error, current);
    logs.line(`${fault.code}: ${fault.message}`);
    throw fault;
  } finally {
    await logs.close().catch(() => {});
  }
}

/** The patches of the framework. Errors: PATCH_FAILED. */
async function patchesOf(
  { readers, settings, layout }: RunnerDependencies,
  { record }: Job,
  checkout: { id: string; path: string },
): Promise<Patch[]> {
  const { patches, missingFolders } = await readPatches(readers, settings.patches, checkout);
  for (const folder of missingFolders) {
    const message = `The test module has no folder ${folder} with patches of the framework.`;
    await record.event({ code: 'PATCHES_MISSING', message });
  }
  assertNotMounted(patches, settings.mounts, layout);
  return patches;
}

/** Returns the id of a slot's container, which it makes usable first. */
function containerOf(
  { pool }: RunnerDependencies,
  { environment, fence, record }: Job,
  {
    sources,
    valuesFrom,
    logs,
    signal,
  }: { sources: EnvironmentSources; valuesFrom: InstalledModule; logs: RunLogs; signal: AbortSignal },
): (slot: number) => Promise<string> {
  const onEvent = (event: { code: string; message: string }) => {
    logs.line(event.message);
    return record.event(event);
  };
  const containerSources = { image: sources.image, targets: sources.ownTargets };
  const requiredFiles = [`${checkoutsFolder}/${valuesFrom.id}/${moduleEnvPath(environment.code)}`];
  return async (slot) => {
    const { id, name } = await pool.ensure(environment, {
      slot,
      sources: containerSources,
      requiredFiles,
      signal,
      onEvent,
      // The write is refused when the run is no longer held.
      fence: { number: fence, assertHeld: () => record.phase('preparing') },
    });
    logs.line(`Container: ${name}`);
    return id;
  };
}
