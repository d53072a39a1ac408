import { type ResultClass, resultClasses } from '../../model/result-class.ts';
import type { ClassCounts } from '../../model/submission.ts';
import { advisoryLocks } from '../database/advisory-locks.ts';
import { type Database, notifyRuns, type Queryable } from '../database/database.ts';
import {
  type ComparedTest,
  readTestsToCompare,
  type TestToCompare,
  writeComparedTests,
} from './compared-tests.ts';
import type { ComparedRun, Comparer, EarlierRun } from './comparer.ts';
import { classesByOutcome } from './run-comparer.ts';

export type Comparisons = ReturnType<typeof createComparisons>;

/** Tests that are read and written at a time, so that no statement takes long. */
const testsAtOnce = 500;

export function createComparisons(deps: { database: Database }) {
  const { database } = deps;
  return {
    /**
     * The classes of the results of a run, by `<suite>:<test>`; without results that have none. Until it was compared: those of its
     * failures so far, by their outcomes.
     */
    async classes(runId: number): Promise<Map<string, ResultClass[]>> {
      const [row] = await database.query<RunRow & { environment_id: number; compared: boolean }>(
        `SELECT id, environment_id, ${versionColumns}, compared_at IS NOT NULL AS compared FROM run WHERE id = $1`,
        [runId],
      );
      if (row === undefined) return new Map();
      if (!row.compared) {
        const tests = await readTestsToCompare(database, { runId, environmentId: row.environment_id });
        const earlierRuns = new Map<number, EarlierRun>();
        await readEarlierRuns(database, tests, earlierRuns);
        return classesByOutcome(toComparedRun(row), tests, earlierRuns);
      }
      const rows = await database.query<{ name: string; classes: string }>(
        `SELECT suite || ':' || test AS name, array_to_string(classes, ' ') AS classes
         FROM planned_test WHERE run_id = $1 AND notable AND classes <> '{}'`,
        [runId],
      );
      return new Map(rows.map(({ name, classes }) => [name, classes.split(' ') as ResultClass[]]));
    },

    /** The environments with finished runs that were not compared. */
    async pendingEnvironments(): Promise<number[]> {
      const rows = await database.query<{ environment_id: number }>(
        `SELECT DISTINCT environment_id FROM run WHERE state = 'finished' AND compared_at IS NULL ORDER BY environment_id`,
      );
      return rows.map(({ environment_id }) => environment_id);
    },

    /**
     * Compares the finished run of an environment that was executed first among those that were not compared, in one transaction. Returns
     * its id; `undefined` when there is none, or when another process compares a run of this environment.
     */
    compareNext<Examined>(environmentId: number, comparer: Comparer<Examined>): Promise<number | undefined> {
      return database.transaction(async (transaction) => {
        const [lock] = await transaction.query<{ acquired: boolean }>(
          `SELECT pg_try_advisory_xact_lock(${advisoryLocks.comparison}, $1::int) AS acquired`,
          [environmentId],
        );
        const run = lock?.acquired ? await lockNext(transaction, environmentId) : undefined;
        if (run) await compare(transaction, run, environmentId, comparer);
        return run?.id;
      });
    },

    /** Leaves out the run that `compareNext` would compare: it has no classes then, and no part in the history. */
    async skipNext(environmentId: number): Promise<void> {
      await database.transaction(async (transaction) => {
        const run = await lockNext(transaction, environmentId);
        if (run) await transaction.query('UPDATE run SET compared_at = now() WHERE id = $1', [run.id]);
      });
    },
  };
}

async function compare<Examined>(
  transaction: Queryable,
  run: ComparedRun & { day: Date; tests: number },
  environmentId: number,
  comparer: Comparer<Examined>,
): Promise<void> {
  const place = { runId: run.id, environmentId, day: run.day };
  const plan: Omit<TestToCompare, 'earlier'>[] = [];
  const results: Examined[] = [];
  const earlierRuns = new Map<number, EarlierRun>();
  for (let first = 1; first <= run.tests; first += testsAtOnce) {
    const last = first + testsAtOnce - 1;
    const tests = await readTestsToCompare(transaction, place, { first, last });
    await readEarlierRuns(transaction, tests, earlierRuns);
    results.push(...(await comparer.examine(run, tests, earlierRuns)));
    // The history of a test is large and no longer needed.
    for (const { earlier: _earlier, ...test } of tests) plan.push(test);
  }
  const { slowness, tests } = comparer.classify(results);
  const compared = plan.map((test, index): ComparedTest => {
    const { classes = [], usualMs, flaky = false } = tests[index] ?? {};
    return { ...test, classes, usualMs, flakyInRun: flaky };
  });
  for (let first = 0; first < compared.length; first += testsAtOnce) {
    const written = compared.slice(first, first + testsAtOnce);
    await writeComparedTests(transaction, place, written, comparer.keptOutcomes);
  }
  await transaction.query(
    'UPDATE run SET compared_at = now(), slowness = $2, result_classes = $3::jsonb WHERE id = $1',
    [run.id, slowness, JSON.stringify(countClasses(compared))],
  );
  await notifyRuns(transaction, [run.id]);
}

/**
 * The run that is compared next, with the day of its submission and the number of its planned tests, locked against another attempt.
 * Fences tell the order of execution without a clock; runs without one were cancelled before they started.
 */
async function lockNext(
  transaction: Queryable,
  environmentId: number,
): Promise<(ComparedRun & { day: Date; tests: number }) | undefined> {
  const [row] = await transaction.query<RunRow & { day: Date; tests: number }>(
    `SELECT id, ${versionColumns},
       coalesce((SELECT created_at FROM submission WHERE submission.id = submission_id), queued_at) AS day,
       coalesce((SELECT max(position) FROM planned_test WHERE run_id = run.id), 0) AS tests
     FROM run WHERE environment_id = $1 AND state = 'finished' AND compared_at IS NULL
     ORDER BY fence NULLS FIRST, id LIMIT 1 FOR NO KEY UPDATE OF run`,
    [environmentId],
  );
  return row && { ...toComparedRun(row), day: row.day, tests: row.tests };
}

/** Adds the runs that the earlier outcomes of some tests are of. */
async function readEarlierRuns(
  transaction: Queryable,
  tests: readonly TestToCompare[],
  earlierRuns: Map<number, EarlierRun>,
): Promise<void> {
  const ids = new Set(tests.flatMap(({ earlier }) => earlier.map(({ runId }) => runId)));
  const missing = [...ids].filter((id) => !earlierRuns.has(id));
  if (missing.length === 0) return;
  const rows = await transaction.query<RunRow & { slowness: number | null }>(
    `SELECT id, ${versionColumns}, slowness FROM run WHERE id = ANY ($1::bigint[])
     UNION ALL SELECT id, at, commit_id, shop_version, slowness FROM run_rollup WHERE id = ANY ($1::bigint[])`,
    [missing],
  );
  for (const row of rows) earlierRuns.set(row.id, { ...toComparedRun(row), slowness: row.slowness ?? 1 });
}

function countClasses(tests: readonly ComparedTest[]): ClassCounts & { flakyInRun: number } {
  const counts = { new: 0, known: 0, fixed: 0, flaky: 0, slower: 0, broken: 0, other: 0, flakyInRun: 0 };
  for (const { classes, status, flakyInRun } of tests) {
    for (const name of resultClasses) if (classes.includes(name)) counts[name] += 1;
    if (status === 'broken') counts.broken += 1;
    if (status === 'failed' && !classes.includes('new') && !classes.includes('known')) counts.other += 1;
    if (flakyInRun) counts.flakyInRun += 1;
  }
  return counts;
}

const versionColumns = 'coalesce(started_at, queued_at) AS at, commit_id, shop_version';

interface RunRow {
  id: number;
  at: Date;
  commit_id: string | null;
  shop_version: string | null;
}

const toComparedRun = ({ id, at, commit_id, shop_version }: RunRow): ComparedRun => ({
  id,
  at,
  commit: commit_id ?? undefined,
  shopVersion: shop_version ?? undefined,
});
