import { retry } from '../async/retry.ts';
import { isDatabaseOutage } from '../faults/fault.ts';
import type { Logger } from '../log.ts';
import type { LastingClaimKey } from '../queue/claim-key.ts';
import type { NewResult, Recorder } from '../queue/recorder.ts';
import type { ResultSpool } from '../queue/result-spool.ts';

/** Between tries while the database is unreachable. */
export const databaseRetryMs = 500;

/** Writes the spooled results of a claim that is still held. Errors: those of `Recorder.result`. */
export async function flushClaim(
  record: Recorder,
  spool: ResultSpool,
  claim: LastingClaimKey,
): Promise<void> {
  if (!spool.has(claim)) return;
  await spool.take(claim, async (results) => {
    for (const result of results) await record.result(result);
  });
}

/**
 * A recorder that outlasts an outage of the database. A result took minutes to get, so it must not be lost, and its test not be
 * executed again, because the database was restarted: it is spooled to disk, and written before anything else once the database
 * is available again. All other calls wait, so no test starts of which the database does not know.
 *
 * Calls are repeated, so they must be safe to repeat when it is unknown whether they took effect. `abort` comes with the end of
 * the lease, so no call waits longer than that.
 */
export function spoolingRecorder(
  record: Recorder,
  options: { claim: LastingClaimKey; spool: ResultSpool; abort: AbortSignal; log: Logger },
): Recorder {
  const { claim, spool, abort, log } = options;

  /** Runs `work` after the spooled results are written; retries both. */
  const inOrder = <T>(work: () => Promise<T>): Promise<T> =>
    retry(
      async () => {
        await flushClaim(record, spool, claim);
        return work();
      },
      {
        shouldRetry: (error) => isDatabaseOutage(error),
        delayMs: databaseRetryMs,
        signal: abort,
      },
    );

  async function spoolResult(result: NewResult): Promise<void> {
    try {
      await spool.add(claim, result);
      log.warn({ test: result.test }, 'The database is unreachable; a result was spooled to disk');
    } catch (error) {
      const message = 'The database is unreachable, and a result cannot be spooled to disk';
      log.error({ err: error, test: result.test }, message);
      await inOrder(() => record.result(result));
    }
  }

  return {
    phase: (phase) => inOrder(() => record.phase(phase)),
    commit: (commit, modules) => inOrder(() => record.commit(commit, modules)),
    shopVersion: (version) => inOrder(() => record.shopVersion(version)),
    patches: (patches) => inOrder(() => record.patches(patches)),
    plan: (tests) => inOrder(() => record.plan(tests)),
    planned: () => inOrder(() => record.planned()),
    blockStarted: (tests) => record.blockStarted(tests),
    testStarted: (test) => inOrder(() => record.testStarted(test)),
    async result(result) {
      try {
        await flushClaim(record, spool, claim);
        await record.result(result);
      } catch (error) {
        if (!isDatabaseOutage(error)) throw error;
        await spoolResult(result);
      }
    },
    attachment: (test, attachment) => inOrder(() => record.attachment(test, attachment)),
    event: (event) => inOrder(() => record.event(event)),
    hooks: {
      plan: () => inOrder(() => record.hooks.plan()),
      start: (id, log) => inOrder(() => record.hooks.start(id, log)),
      end: (end) => inOrder(() => record.hooks.end(end)),
      giveUp: (reason) => inOrder(() => record.hooks.giveUp(reason)),
    },
  };
}
