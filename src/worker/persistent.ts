import { isFault } from '../errors.ts';
import type { Recorder } from '../queue/recorder.ts';
import { pause } from './bell.ts';

/** Between tries, while the database is away. */
const againMs = 500;

/**
 * Repeats `work` while the database is away, until `abort`: a result that was won in minutes should not be lost, and its test
 * not be executed again, because the database was restarted. It is for work that may be repeated when nobody knows
 * whether it took effect. `abort` comes with the end of the lease, so nothing waits for long.
 */
export async function persistently<T>(work: () => Promise<T>, abort: AbortSignal): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!isFault(error, 'DATABASE_UNREACHABLE') || abort.aborted) throw error;
      await pause(againMs, abort);
      if (abort.aborted) throw error;
    }
  }
}

/** A recorder whose calls wait for the database. */
export function persistentRecorder(record: Recorder, abort: AbortSignal): Recorder {
  return {
    phase: (phase) => persistently(() => record.phase(phase), abort),
    commit: (commit) => persistently(() => record.commit(commit), abort),
    plan: (tests) => persistently(() => record.plan(tests), abort),
    planned: () => persistently(() => record.planned(), abort),
    testStarted: (test) => persistently(() => record.testStarted(test), abort),
    result: (result) => persistently(() => record.result(result), abort),
    event: (event) => persistently(() => record.event(event), abort),
  };
}
