import { superviseTo } from '../../engine/supervise-to.ts';
import { readClock } from '../../engine/supervised.ts';
import { isFault, toFault } from '../../faults/fault.ts';
import type { HookPlace } from '../../hooks/hook-place.ts';
import { hookValues } from '../../hooks/hook-values.ts';
import { areLeft, type HooksOutcome, runHooksAfter, runHooksBefore } from '../../hooks/run-hooks.ts';
import type { Reason, Verdict } from '../../model/run.ts';
import { runToken } from '../../model/run-token.ts';
import type { Job } from '../../worker/runner.ts';
import { prepareContainer } from './prepare-container.ts';
import type { OpenRun, PreparedRun } from './prepared-run.ts';
import type { RunnerDependencies } from './runner-dependencies.ts';

/** Time for a command to end after TERM. */
const graceMs = 5_000;

/** Executes the hooks of a run before its tests; see `runHooksBefore`. */
export async function executeHooksBefore(
  deps: RunnerDependencies,
  job: Job,
  prepared: PreparedRun,
): Promise<HooksOutcome> {
  const hooks = await job.record.hooks.plan();
  if (!hooks.some(({ moment }) => moment === 'before')) return { kind: 'passed' };
  const container = async () => prepared.containerId;
  return runHooksBefore(hooks, job.record.hooks, createHookPlace(deps, job, prepared, { container }));
}

/**
 * Executes the hooks of a run after its tests, with `withOpenRun`, and records their failure as an event. When the run cannot be opened,
 * because its module is gone for example, they are given up. Errors: see `AfterHooks`.
 */
export async function executeAfterHooks(
  claimed: Job,
  withOpenRun: <Result>(
    work: (deps: RunnerDependencies, job: Job, open: OpenRun) => Promise<Result>,
  ) => Promise<Result>,
  verdict: Verdict,
): Promise<Reason | undefined> {
  const { record, abort } = claimed;
  const hooks = await record.hooks.plan();
  let isOpen = false;
  let reason: Reason | undefined;
  try {
    reason = areLeft(hooks, 'after')
      ? await withOpenRun(async (deps, job, open) => {
          isOpen = true;
          const container = async () => {
            const id = await open.ensureContainer(1);
            await prepareContainer(deps, job, open, id);
            return id;
          };
          return runHooksAfter(
            hooks,
            job.record.hooks,
            createHookPlace(deps, job, open, { container, verdict }),
          );
        })
      : firstFailure(hooks);
  } catch (error) {
    abort.throwIfAborted();
    if (isOpen || isFault(error, 'STALE_FENCE', 'DATABASE_UNREACHABLE', 'ENGINE_UNREACHABLE')) throw error;
    const { code, message } = toFault(error);
    reason = {
      code: 'HOOK_FAILED',
      message: `The hooks after the tests could not be executed: ${code}: ${message}`,
    };
    await record.hooks.giveUp(reason);
  }
  if (reason) await record.event(reason);
  return reason;
}

/** The failure that an earlier attempt recorded. */
function firstFailure(hooks: Awaited<ReturnType<Job['record']['hooks']['plan']>>): Reason | undefined {
  const failed = hooks.find(({ moment, state }) => moment === 'after' && state !== 'passed');
  if (!failed) return undefined;
  const { name, code = 'HOOK_FAILED', message = '' } = failed;
  return { code, message: `Hook ${name}, after the tests: ${message}` };
}

/** What hooks of a run are executed with. `container` makes its first container ready; it is called when a command needs it. */
function createHookPlace(
  deps: RunnerDependencies,
  job: Job,
  { files, testModules, logs }: OpenRun,
  { container, verdict }: { container(): Promise<string>; verdict?: Verdict },
): HookPlace {
  const { engine, layout, settings, outputPace, sendHookRequest } = deps;
  const { run, fence, environment, abort, heldUntil, stop, assertHeld } = job;
  let containerId: string | undefined;
  const prepare = async () => {
    containerId ??= await container();
    return containerId;
  };
  return {
    ...hookValues(files.values, {
      id: run.id,
      attempt: run.attempt,
      environment,
      commit: testModules[0].id,
      verdict,
    }),
    async prepareContainer() {
      await prepare();
    },
    async command({ argv, folder, env, timeoutMs, output }) {
      const id = await prepare();
      return superviseTo(
        engine,
        id,
        { argv, cwd: folder ?? layout.root, env },
        {
          token: runToken({ runId: run.id, fence }),
          fence,
          deadline: { until: heldUntil, clock: await readClock(engine, id) },
          limitMs: settings.heartbeatMs,
          graceMs,
          timeoutMs,
          signal: abort,
          output,
          pace: outputPace,
        },
      );
    },
    send: sendHookRequest,
    openLog: logs.open,
    line: logs.line,
    signal: abort,
    assertHeld,
    stop,
  };
}
