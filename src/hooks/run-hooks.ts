import { type Fault, type FaultCode, isFault, toFault } from '../faults/fault.ts';
import { type HookMoment, isSettled, type RunHook } from '../model/hook.ts';
import type { Reason } from '../model/run.ts';
import type { HookRecorder } from '../queue/hook-recorder.ts';
import { executeHook } from './execute-hook.ts';
import type { HookPlace } from './hook-place.ts';

/** How the hooks of a moment ended: `failed` with the reason of the first one; `stopped`: the worker stops, and some are left. */
export type HooksOutcome = { kind: 'passed' } | { kind: 'failed'; reason: Reason } | { kind: 'stopped' };

/**
 * Executes the hooks of a run before its tests in their order, up to the first that fails. Those that ended in an earlier attempt are not
 * executed again. Rejects with the reason of the abort signal, and with the fault after which it is unknown how far a hook came (the
 * container vanished, the disk of its log is full) when it may be repeated: it is left to the next attempt.
 */
export async function runHooksBefore(
  hooks: readonly RunHook[],
  record: HookRecorder,
  place: HookPlace,
): Promise<HooksOutcome> {
  for (const hook of hooks.filter(({ moment }) => moment === 'before')) {
    const outcome = await runHook(hook, record, place);
    if (outcome.kind !== 'passed') return outcome;
  }
  return { kind: 'passed' };
}

/**
 * Executes the hooks of a run after its tests, all of them, also when one fails: they bring a shop back into order. Rejects as
 * `runHooksBefore`.
 */
export async function runHooksAfter(
  hooks: readonly RunHook[],
  record: HookRecorder,
  place: HookPlace,
): Promise<Reason | undefined> {
  let reason: Reason | undefined;
  for (const hook of hooks.filter(({ moment }) => moment === 'after')) {
    const outcome = await runHook(hook, record, { ...place, stop: undefined });
    if (outcome.kind === 'failed') reason ??= outcome.reason;
  }
  return reason;
}

/** Whether a hook of the moment is left to be executed. */
export const areLeft = (hooks: readonly RunHook[], moment: HookMoment) =>
  hooks.some((hook) => hook.moment === moment && !isSettled(hook));

async function runHook(hook: RunHook, record: HookRecorder, place: HookPlace): Promise<HooksOutcome> {
  const { id, name, moment } = hook;
  if (isSettled(hook))
    return hook.state === 'passed' ? { kind: 'passed' } : failure(hook, hook.code, hook.message);
  const startedAt = performance.now();
  const seconds = () => ((performance.now() - startedAt) / 1_000).toFixed(1);
  // Before the start is recorded: what fails here has started nothing.
  if (hook.action.kind === 'command') {
    const problem = await prepare(hook, place);
    if (problem) return fail(problem.code, problem.message);
  }
  const logPath = logPathOf(hook);
  if ((await record.start(id, logPath)) === 'interrupted')
    return interrupt('Its worker was lost, or lost the run.');
  place.line(`Hook ${name}, ${moment} the tests.`);
  try {
    const outcome = await executeHook(
      hook,
      { logPath, key: `matre-${hook.runId}-${hook.round}-${id}` },
      place,
    );
    place.signal.throwIfAborted();
    if (outcome.kind === 'stopped') {
      place.line(`Hook ${name} is left to the next attempt, because the worker stops.`);
      return outcome;
    }
    if (outcome.kind === 'failed') return await fail('HOOK_FAILED', outcome.message);
    await record.end({ id, state: 'passed' });
    place.line(`Hook ${name} passed in ${seconds()} s.`);
    return { kind: 'passed' };
  } catch (error) {
    place.signal.throwIfAborted();
    if (isFault(error, 'STALE_FENCE')) throw error;
    // How far it came is unknown.
    if (hook.repeatable) throw error;
    return interrupt(toFault(error).message);
  }

  async function fail(code: FaultCode, message: string): Promise<HooksOutcome> {
    await record.end({ id, state: 'failed', code, message });
    place.line(`Hook ${name} failed after ${seconds()} s: ${message}`);
    return failure(hook, code, message);
  }

  async function interrupt(message: string): Promise<HooksOutcome> {
    await record.end({ id, state: 'interrupted', code: 'HOOK_INTERRUPTED', message });
    place.line(`Hook ${name} was interrupted, and is not started again: ${message}`);
    return failure(hook, 'HOOK_INTERRUPTED', message);
  }
}

/** Makes the container ready. A hook after the tests fails without one: no attempt may follow that has it. */
async function prepare(hook: RunHook, place: HookPlace): Promise<Fault | undefined> {
  try {
    await place.prepareContainer();
    return undefined;
  } catch (error) {
    place.signal.throwIfAborted();
    const fault = toFault(error);
    if (hook.moment === 'before' || isFault(fault, 'STALE_FENCE', 'LOCK_LOST', 'ENGINE_UNREACHABLE'))
      throw fault;
    return fault;
  }
}

function failure({ name, moment }: RunHook, code: FaultCode = 'HOOK_FAILED', message = ''): HooksOutcome {
  const verb = code === 'HOOK_INTERRUPTED' ? 'was interrupted' : 'failed';
  return {
    kind: 'failed',
    reason: { code, message: `Hook ${name}, ${moment} the tests, ${verb}: ${message}` },
  };
}

/** Of each round and attempt one: a path is written once. */
function logPathOf({ round, number, moment, name, starts }: RunHook): string {
  const ofStart = starts > 0 ? `-start-${starts + 1}` : '';
  const ofRound = round > 0 ? `-after-attempt-${round}` : '';
  return `hooks/${String(number).padStart(2, '0')}-${moment}-${name}${ofRound}${ofStart}.txt`;
}
