import { retry } from '../../../src/async/retry.ts';
import type { SecretBox } from '../../../src/crypto/secret-box.ts';
import { emptySelection } from '../../../src/model/selection.ts';
import { createQueue } from '../../../src/queue/queue.ts';
import type { Database } from '../../../src/store/database/database.ts';
import { createComparisons } from '../../../src/store/tables/comparisons.ts';
import { createEnvironments } from '../../../src/store/tables/environments.ts';
import { finishSubmissions } from '../../../src/store/tables/finish-submissions.ts';
import { runComparer } from '../../../src/store/tables/run-comparer.ts';
import { createRuns } from '../../../src/store/tables/runs.ts';
import { claimOne } from '../../support/claim.ts';
import { newEnvironment, newResult } from '../../support/samples.ts';
import type { Random } from '../random.ts';
import { pause, silentLog } from '../stores.ts';

/** Submits runs and finishes them, one after the other, until `stop`. Half of them fail. Every fifth is executed again. */
export async function startSubmissions(options: {
  database: Database;
  secrets: SecretBox;
  random: Random;
  everyMs: number;
}): Promise<{ stop(): Promise<void> }> {
  const { database, secrets, random, everyMs } = options;
  const environment = await createEnvironments({ database, secrets }).create(newEnvironment('shop'));
  const runs = createRuns({ database });
  const queue = createQueue({ database, log: silentLog, leaseMs: 600_000 });
  const comparisons = createComparisons({ database });
  const stopping = new AbortController();

  /** Executes what is queued. A step whose outcome is unknown, because the database was away, may have been done. */
  async function finishQueued(): Promise<void> {
    for (;;) {
      const claim = await claimOne(queue, 'load');
      if (!claim) break;
      const recorder = queue.recorder(claim.run.id, claim.fence);
      await recorder.plan([{ name: 'Login', suite: undefined }]);
      // A run that is executed again fails again: with another outcome it would be told again.
      const passes = claim.run.attempt === 1 && random.between(0, 1) === 0;
      const status = passes ? 'passed' : 'failed';
      await recorder.result(newResult('Login', status));
      await queue.finish(claim.run.id, claim.fence, status);
    }
    // What was claimed before an outage has an owner that forgot it.
    for (const { runId, fence } of await queue.runningClaims()) await queue.finish(runId, fence, 'failed');
    while ((await comparisons.compareNext(environment.id, runComparer)) !== undefined);
    await finishSubmissions(database);
  }

  const persistently = (work: () => Promise<unknown>) =>
    retry(work, { shouldRetry: () => true, delayMs: 200 }) as Promise<unknown>;

  const running = (async () => {
    for (let count = 1; !stopping.signal.aborted; count += 1) {
      await persistently(() =>
        runs.insert([{ environmentId: environment.id, selection: emptySelection, requestedBy: 'load' }]),
      );
      await persistently(finishQueued);
      if (count % 5 === 0) await retryNewest();
      await pause(everyMs);
    }
    await persistently(finishQueued);
  })();

  /** Executes the newest failed run again: its submission is finished a second time. */
  async function retryNewest(): Promise<void> {
    const [failed] = await runs.list({ verdict: 'failed', limit: 1 }).catch(() => []);
    if (failed) await runs.retryFailed(failed.id, 'load').catch(() => undefined);
    await persistently(finishQueued);
  }

  return {
    async stop() {
      stopping.abort();
      await running;
    },
  };
}
