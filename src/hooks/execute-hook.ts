import { Fault, isFault } from '../faults/fault.ts';
import type { HookCommand, HookTask } from '../model/hook.ts';
import { shorten, visible } from '../model/visible-text.ts';
import type { HookPlace } from './hook-place.ts';
import { type HookOutcome, sendRequest } from './send-request.ts';
import { valueFor } from './template.ts';

/**
 * Executes one hook, with its output in a log. Rejects with the reason of the abort signal. Errors: those of the engine, and
 * CONTAINER_VANISHED, after which the end of a command is unknown; DISK_FULL.
 */
export async function executeHook(
  hook: HookTask,
  { logPath, key }: { logPath: string; key: string },
  place: HookPlace,
): Promise<HookOutcome> {
  const { action } = hook;
  const log = await place.openLog(logPath);
  const limitMs = hook.timeLimitSeconds * 1_000;
  let outcome: HookOutcome;
  let isLogClosed = false;
  try {
    if (action.kind === 'request') {
      // The next attempt starts only a repeatable hook again, whatever its method.
      const mayStop = hook.repeatable;
      outcome = await sendRequest({ action, key, limitMs, output: log.stream, place, mayStop });
    } else {
      const env = commandEnvironment(action, place);
      const { argv, folder } = action;
      place.assertHeld();
      const end = await place.command({ argv, folder, env, timeoutMs: limitMs, output: log.stream });
      if (end.kind === 'unknown')
        throw new Fault('CONTAINER_VANISHED', `The end of the command is unknown: ${end.message}`);
      isLogClosed = true;
      const output = await log.close();
      outcome =
        end.kind === 'timeout'
          ? { kind: 'failed', message: `It took longer than ${hook.timeLimitSeconds} s, and was ended.` }
          : judgeExit(end.code, output);
    }
  } catch (error) {
    if (!isFault(error, 'HOOK_FAILED')) throw error;
    outcome = { kind: 'failed', message: error.message };
  } finally {
    if (!isLogClosed) await log.close();
  }
  return outcome;
}

/** The process environment of a command: the values of the run, and those that it names. Errors: HOOK_FAILED. */
function commandEnvironment(
  { variables }: HookCommand,
  { values, runVariables }: HookPlace,
): Record<string, string> {
  return Object.fromEntries([...runVariables, ...variables].map((name) => [name, valueFor(values, name)]));
}

const maxLineLength = 300;

/** `output`: the end of the log, without secrets. */
function judgeExit(code: number, output: string): HookOutcome {
  if (code === 0) return { kind: 'passed' };
  const last = output.trimEnd().split('\n').at(-1)?.trim() ?? '';
  const detail = last === '' ? '' : ` Its last line: ${shorten(visible(last), maxLineLength)}`;
  return { kind: 'failed', message: `It ended with exit code ${code}.${detail}` };
}
