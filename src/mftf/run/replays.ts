import type { Replay, ReplayMode } from '../../model/replay.ts';
import { createReplay } from '../../replay/create-replay.ts';
import type { SessionRecording } from '../../replay/record-session.ts';
import type { ProcessRecorder, ReplayRecorders } from '../../replay/recorder.ts';
import type { Redactor } from '../redaction/redactor.ts';
import type { JudgedOutcome } from '../results/judged-outcome.ts';
import type { ProcessEnd } from '../results/reconcile.ts';

/** How the browsers of a run are recorded. */
export interface RunReplays {
  mode: ReplayMode;
  recorders: ReplayRecorders;
}

/** The recorder of a process; `undefined`: its browsers are not recorded. */
export function startRecorder(
  { mode, recorders }: RunReplays,
  request: Parameters<ReplayRecorders['start']>[0],
): ProcessRecorder | undefined {
  return mode === 'off' ? undefined : recorders.start(request);
}

/** How long before its result says so a test may begin: the browser of a test in a suite opens first. */
const earlyMs = 5_000;
/** And how long after it the page may still change. */
const lateMs = 1_000;

/**
 * The replay of a test, without secrets; `undefined` when the mode keeps none of its outcome, or nothing was recorded. Never rejects:
 * the result of a test does not depend on it.
 */
export async function replayOf(
  {
    status,
    suite,
    startedAt,
    durationMs,
  }: Pick<JudgedOutcome, 'status' | 'suite' | 'startedAt' | 'durationMs'>,
  from: {
    mode: ReplayMode;
    recordings: readonly SessionRecording[];
    processEnd: Pick<ProcessEnd, 'startedAt' | 'endedAt'>;
    redactor: Redactor;
    log(line: string): void;
  },
): Promise<Replay | undefined> {
  const isKept =
    from.mode === 'all' || (from.mode === 'failed' && (status === 'failed' || status === 'broken'));
  if (!isKept || from.recordings.length === 0) return undefined;
  const process = {
    startedAt: from.processEnd.startedAt.getTime(),
    endedAt: from.processEnd.endedAt.getTime(),
  };
  const test = {
    startedAt: startedAt.getTime() - earlyMs,
    endedAt: startedAt.getTime() + durationMs + lateMs,
  };
  try {
    return await createReplay(from.recordings, {
      // A test in a process of its own has all of it, whatever its result says.
      ...(suite === undefined ? process : test),
      redact: (text, isCut) => redactText(from.redactor, text, isCut),
    });
  } catch (error) {
    from.log(`Replay: it is left out: ${(error as Error).message}`);
    return undefined;
  }
}

/** A text without secrets. Of one that is cut, what may be the beginning of a secret at its end is left out. */
async function redactText(redactor: Redactor, text: string, isCut: boolean): Promise<string> {
  if (!isCut) return redactor.textInTurns(text);
  const stream = redactor.stream();
  await new Promise<void>((resolve, reject) => {
    stream.write(Buffer.from(text), (error) => (error ? reject(error) : resolve()));
  });
  // Without its end: what is held back may be the beginning of a secret.
  const output: Buffer | null = stream.read();
  stream.destroy();
  return output?.toString('utf8') ?? '';
}
