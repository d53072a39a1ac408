import type { Service } from '../../async/interval.ts';
import { memoize } from '../../async/single-flight.ts';
import { rememberHost } from '../../engine/host.ts';
import { inspectSlots } from '../../mftf/container/inspect-slots.ts';
import { createShopModules } from '../../mftf/shop-modules/shop-modules.ts';
import type { Environment } from '../../model/environment.ts';
import type { Context } from '../../operations/core/context.ts';
import { createSessions, type SessionCapacity } from '../../selenium/sessions.ts';
import { readInstallation } from '../../store/tables/settings.ts';
import type { AfterHooks, Runner } from '../../worker/runner.ts';
import { createContainersContext } from './doctor.ts';
import { type ContainerPartsDependencies, type OpenParts, openParts } from './open-parts.ts';
import { createSeleniumLookup } from './selenium.ts';
import { createSources } from './sources.ts';
import { createTestQuestions } from './test-questions.ts';
import { type ContainerUpkeep, startContainerUpkeep } from './upkeep.ts';
import { createValueQuestions } from './value-questions.ts';

/** The parts that use containers, the module and Selenium. */
export interface ContainerParts
  extends Pick<
    Context,
    | 'pool'
    | 'resolveSelection'
    | 'catalog'
    | 'testSteps'
    | 'lint'
    | 'lintTree'
    | 'impact'
    | 'commitRange'
    | 'previewOn'
    | 'sourcesAt'
    | 'inspectContainers'
    | 'effectiveValues'
    | 'compareValues'
    | 'variableUsers'
    | 'testsReading'
    | 'tryHook'
    | 'sessionsOf'
    | 'containersContext'
  > {
  runner: Runner;
  afterHooks: AfterHooks;
  /** How many tests may use the browser at a time; `undefined`: no limit. Never rejects. */
  sessionCapacity(): Promise<SessionCapacity | undefined>;
  /** Rejects with ENGINE_UNREACHABLE while the container engine does not answer. */
  engineAnswers(): Promise<unknown>;
  /** The host of the containers, see `Engine.identity`. Errors: ENGINE_UNREACHABLE. */
  host(): Promise<string>;
  /** Starts the background work of workers on containers. */
  startUpkeep(upkeep: ContainerUpkeep): Service[];
  close(): Promise<void>;
}

/** The container parts. They are opened at first use, because most commands need neither containers nor the module. */
export function createContainerParts(deps: ContainerPartsDependencies): ContainerParts {
  // 1. What needs no container engine.
  const selenium = createSeleniumLookup(deps);
  const sessions = createSessions({
    selenium,
    installation: () => readInstallation(deps.database),
    running: deps.running,
    log: deps.log,
  });
  const modulesOfShops = createShopModules({
    table: deps.shopModules,
    maxAgeMs: deps.config.mftf.shopModulesAgeMs,
  });
  const sources = createSources(deps);

  // 2. The rest, at the first use.
  let opening: Promise<OpenParts> | undefined;
  const open = memoize(() => {
    const locateSelenium = async () => (await selenium()).selenium;
    opening = openParts({ ...deps, shopModules: modulesOfShops, sources }, { sessions, locateSelenium });
    return opening;
  });

  // 3. What is asked of them.
  const questions = { ...deps, sources, modulesOfShops, open };
  const tests = createTestQuestions(questions);
  return {
    ...tests,
    ...createValueQuestions(questions),
    ...createRunners(deps, open),

    pool: async () => (await open()).pool,
    async inspectContainers(environment) {
      const { engine, inspection } = await open();
      const newest = async () => (await (await tests.sourcesAt()).of(environment)).testModules;
      const slots = await inspectSlots({ inspection, newest, running: deps.running }, environment);
      return { engine: engine.kind, slots };
    },
    sessionsOf: sessions.ofRun,
    sessionCapacity: sessions.sessionCapacity,
    containersContext: async () => createContainersContext({ ...deps, sources }, await open()),
    engineAnswers: async () => (await open()).engine.describe(),
    host: rememberHost(async () => (await open()).engine),
    startUpkeep(upkeep) {
      const prewarm = async (environment: Environment, signal: AbortSignal) => {
        const { pool } = await open();
        await pool.ensure(environment, { signal });
      };
      return startContainerUpkeep({ ...deps, sessions, prewarm }, upkeep);
    },
    async close() {
      const parts = await opening?.catch(() => undefined);
      await parts?.close();
    },
  };
}

/** Executes runs and their hooks. The files of a run are delivered before it is finished, so that its readers get its complete log. */
function createRunners(
  deps: ContainerPartsDependencies,
  open: () => Promise<OpenParts>,
): Pick<ContainerParts, 'runner' | 'afterHooks'> {
  return {
    async runner(job) {
      const parts = await open();
      try {
        return await parts.runner(job);
      } finally {
        await deps.artifacts.deliver(job.run.id, job.abort);
        await prune(deps, parts);
      }
    },

    async afterHooks(job, verdict) {
      try {
        return await (await open()).afterHooks(job, verdict);
      } finally {
        await deps.artifacts.deliver(job.run.id, job.abort);
      }
    },
  };
}

/** Removes unused checkouts and the containers of removed environments. A failure only costs disk space. */
async function prune(deps: ContainerPartsDependencies, { modules, pool }: OpenParts): Promise<void> {
  try {
    await modules.prune(await deps.runs.commitsInUse());
    await pool.prune(() => deps.environments.list());
  } catch (error) {
    deps.log.warn({ err: error }, 'Unused checkouts and containers could not be removed');
  }
}
