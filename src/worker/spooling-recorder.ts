import { delay } from '../async/delay.ts';
import { isFault } from '../faults/fault.ts';
import type { Logger } from '../log.ts';
import type { ClaimKey } from '../queue/claim-key.ts';
import type { NewResult, Recorder } from '../queue/recorder.ts';
import type { ResultSpool } from '../queue/result-spool.ts';

/** Between tries, while the database is away. */
const retryMs = 500;

/**
 * Repeats `work` while the database is away, until `abort`. It is for work that may be repeated when nobody knows whether it
 * took effect. `abort` comes with the end of the lease, so nothing waits for long.
 */
async function retryWhileAway<T>(work: () => Promise<T>, abort: AbortSignal): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!isFault(error, 'DATABASE_UNREACHABLE') || abort.aborted) throw error;
      await delay(retryMs, abort);
      if (abort.aborted) throw error;
    }
  }
}

/** Writes what waits of a claim that is still held. Errors: as of `Recorder.result`. */
export async function flushClaim(record: Recorder, spool: ResultSpool, claim: ClaimKey): Promise<void> {
  if (!spool.has(claim)) return;
  await spool.take(claim, async (results) => {
    for (const result of results) await record.result(result);
  });
}

/**
 * A recorder for which the database may be away for a while. A result that was won in minutes should not be lost, and its
 * test not be executed again, because the database was restarted: it is put on disk, and written before anything else
 * once the database is back. Everything else waits, so no test starts of which the database does not know.
 */
export function spoolingRecorder(
  record: Recorder,
  options: { claim: ClaimKey; spool: ResultSpool; abort: AbortSignal; log: Logger },
): Recorder {
  const { claim, spool: waiting, abort, log } = options;

  /** Behind the results that wait. */
  const inOrder = <T>(work: () => Promise<T>): Promise<T> =>
    retryWhileAway(async () => {
      await flushClaim(record, waiting, claim);
      return work();
    }, abort);

  async function keep(result: NewResult): Promise<void> {
    try {
      await waiting.add(claim, result);
      log.warn({ test: result.test }, 'The database is away; a result waits on disk');
    } catch (error) {
      log.error({ err: error, test: result.test }, 'The database is away, and a result cannot wait on disk');
      await inOrder(() => record.result(result));
    }
  }

  return {
    phase: (phase) => inOrder(() => record.phase(phase)),
    commit: (commit) => inOrder(() => record.commit(commit)),
    plan: (tests) => inOrder(() => record.plan(tests)),
    planned: () => inOrder(() => record.planned()),
    testStarted: (test) => inOrder(() => record.testStarted(test)),
    async result(result) {
      try {
        await flushClaim(record, waiting, claim);
        await record.result(result);
      } catch (error) {
        if (!isFault(error, 'DATABASE_UNREACHABLE')) throw error;
        await keep(result);
      }
    },
    event: (event) => inOrder(() => record.event(event)),
  };
}
