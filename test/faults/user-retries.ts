import { isFault } from '../../src/faults/fault.ts';
import type { Database } from '../../src/store/database/database.ts';
import { createRuns, type Runs } from '../../src/store/tables/runs.ts';
import { waitFor } from '../support/wait-for.ts';
import type { Installation } from './installation.ts';
import type { Random } from './random.ts';
import { pause } from './stores.ts';

/** More would be spent on few runs. */
const maxRetriesOfRun = 4;

/** Retries finished runs as a user does, `count` times and one each `everyMs`, until `stop` is called. */
export function startRetrying(
  { retries }: Pick<Installation, 'retries'>,
  options: { database: Database; random: Random; count: number; everyMs: number },
): { stop(): Promise<void> } {
  const { database, random, count, everyMs } = options;
  const runs = createRuns({ database });
  let isStopped = false;

  async function candidates(): Promise<number[]> {
    const rows = await database.query<{ id: number }>(
      `SELECT id FROM run WHERE state = 'finished' AND verdict IN ('failed', 'broken') ORDER BY id DESC LIMIT 50`,
    );
    const ids = rows.map(({ id }) => id);
    return ids.filter((id) => retries.filter(({ runId }) => runId === id).length < maxRetriesOfRun);
  }

  const working = (async () => {
    while (!isStopped && retries.length < count) {
      // While the database is unreachable there is nothing to retry.
      const [id] = random.shuffled(await candidates().catch(() => []));
      const after = id === undefined ? undefined : await retryOne(runs, id);
      if (id !== undefined && after !== undefined) retries.push({ runId: id, after });
      await pause(everyMs);
    }
  })();
  return {
    async stop() {
      isStopped = true;
      await working;
    },
  };
}

/**
 * Retries a run; returns the attempt after which it is retried, `undefined` when that was refused. When the reply of the database is
 * lost, its row tells whether the retry took effect: no other process retries it.
 */
async function retryOne(runs: Runs, id: number): Promise<number | undefined> {
  let before: number | undefined;
  try {
    before = (await runs.get(id)).retriedAfter;
    return (await runs.retryFailed(id, 'faults')).retriedAfter;
  } catch (error) {
    if (before === undefined || isFault(error, 'RUN_NOT_FINISHED', 'NOTHING_TO_RETRY')) return undefined;
    const { retriedAfter } = await waitFor(() => runs.get(id).catch(() => undefined));
    return retriedAfter > before ? retriedAfter : undefined;
  }
}
