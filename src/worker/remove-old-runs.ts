import type { Artifacts } from '../artifacts/artifacts.ts';
import { delay } from '../async/delay.ts';
import type { RetentionLimits } from '../model/retention.ts';
import type { Database } from '../store/database/database.ts';
import { runsToRemove, runsWithOldFiles } from '../store/tables/retention/plan.ts';
import {
  beginRemoval,
  endRemoval,
  removedRuns,
  removeTests,
  runsInRemoval,
} from '../store/tables/retention/remove-runs.ts';
import type { Retention } from '../store/tables/retention/retention.ts';

/** Runs per statement, so that no other transaction waits long for a row. */
const maxRuns = 20;
/** Runs that are chosen at a time. */
const maxChosen = 1_000;
/**
 * Tests per transaction. The embedded database has one connection, so claims wait for the end of a transaction there: 50 take 10 ms.
 */
const testsAtOnce = { postgres: 500, embedded: 50 } as const;
/** The database is left alone for so many times as long as a batch took, so that claims and results come first. */
const restFactor = 4;
const maxRestMs = 2_000;

interface RemovalDependencies {
  artifacts: Pick<Artifacts, 'runs' | 'list' | 'remove'>;
  database: Database;
  retention: Pick<Retention, 'expire' | 'unmeasured' | 'setFilesBytes'>;
  limits: RetentionLimits;
  signal: AbortSignal;
}

/** Executes a batch, and rests after it. */
async function inTurn<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  const startedAt = performance.now();
  const result = await work();
  await delay(Math.min(maxRestMs, restFactor * (performance.now() - startedAt)), signal);
  return result;
}

/**
 * Removes files of runs that are beyond the limits, and those that runs left which were removed. Returns the number of runs that lost
 * files.
 */
export async function removeOldFiles(deps: RemovalDependencies): Promise<number> {
  const { artifacts, database, retention, limits, signal } = deps;
  const { filesMs, maxFilesBytes, runsMs, maxResults } = limits;
  if (filesMs + maxFilesBytes + runsMs + maxResults === 0) return 0;
  const runIds = await artifacts.runs();
  await measureFiles(deps, runIds);
  const expired = new Set(await runsWithOldFiles(database, limits));
  let removed = 0;
  for (let index = 0; index < runIds.length && !signal.aborted; index += maxRuns) {
    const batch = runIds.slice(index, index + maxRuns);
    // Recorded before the files are removed, so that a run never misses files without a reason.
    const ids = [...(await retention.expire(batch, expired)), ...(await removedRuns(database, batch))];
    for (const id of ids) await artifacts.remove(id);
    removed += ids.length;
  }
  return removed;
}

async function measureFiles(
  { artifacts, retention, signal }: RemovalDependencies,
  runIds: readonly number[],
): Promise<void> {
  for (let index = 0; index < runIds.length && !signal.aborted; index += maxChosen) {
    for (const id of await retention.unmeasured(runIds.slice(index, index + maxChosen))) {
      if (signal.aborted) return;
      await inTurn(signal, async () => {
        const files = await artifacts.list(id);
        await retention.setFilesBytes(
          id,
          files.reduce((sum, { size }) => sum + size, 0),
        );
      });
    }
  }
}

/**
 * Removes runs that are beyond the limits, with their results and files, and ends removals that were interrupted. Returns the number of
 * runs. Errors: DATABASE_UNREACHABLE, and those of the store of files; the rest is removed by the next pass.
 */
export async function removeOldRuns(deps: RemovalDependencies): Promise<number> {
  const { database, limits, signal } = deps;
  let removed = 0;
  const finish = async (runIds: readonly number[]) => {
    for (const id of runIds) {
      if (signal.aborted) return;
      await removeRun(deps, id);
      removed += 1;
    }
  };
  await finish(await runsInRemoval(database));
  while (!signal.aborted) {
    const chosen = await runsToRemove(database, limits, maxChosen);
    let begun = 0;
    for (let index = 0; index < chosen.length && !signal.aborted; index += maxRuns) {
      const ids = await inTurn(signal, () => beginRemoval(database, chosen.slice(index, index + maxRuns)));
      begun += ids.length;
      await finish(ids);
    }
    // None: others were faster, or users pinned or retried them.
    if (begun === 0) break;
  }
  return removed;
}

/** Files first: what is left of a run says which files belong to it. */
async function removeRun({ artifacts, database, signal }: RemovalDependencies, runId: number): Promise<void> {
  await artifacts.remove(runId);
  const limit = testsAtOnce[database.kind];
  while (!signal.aborted) {
    const tests = await inTurn(signal, () => removeTests(database, runId, limit));
    if (tests === 0) break;
  }
  if (!signal.aborted) await endRemoval(database, runId);
}
