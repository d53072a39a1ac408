// How long does it take to show what retention would remove, of 10,000,000 results? Does the removal hold claims up: turns of claims
// without and with a removal beside them? And is anything half removed when its process is killed?
//
//   npx tsx bench/retention.ts [results] [kills]      10,000,000 and 20 by default: takes half an hour and 10 GB
//
// Writes bench/results/retention.json.
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createArtifacts } from '../src/artifacts/artifacts.ts';
import { createRunFolders } from '../src/artifacts/run-folders.ts';
import { delay } from '../src/async/delay.ts';
import { createLog } from '../src/log.ts';
import { emptySelection } from '../src/model/selection.ts';
import { createQueue } from '../src/queue/queue.ts';
import type { Database } from '../src/store/database/database.ts';
import { migrate } from '../src/store/database/migrate.ts';
import { openPostgres } from '../src/store/database/postgres.ts';
import { planRetention } from '../src/store/tables/retention/plan.ts';
import { readRunIdentity } from '../src/store/tables/run-identity.ts';
import { createRuns } from '../src/store/tables/runs.ts';
import { startChild } from '../test/support/child.ts';
import { startPostgres, withClient } from '../test/support/postgres.ts';
import { insertSubmissions } from './matrix/data.ts';
import { limitsOf } from './retention/limits.ts';
import { median, percentile, printTable, writeResults } from './support/figures.ts';

const results = Number(process.argv[2] ?? 10_000_000);
const kills = Number(process.argv[3] ?? 20);
const tests = 3_000;
const environments = 8;
const submissions = Math.ceil(results / tests / environments);
/** There is a submission each hour: all but the newest tenth go. */
const keptDays = submissions / 24 / 10;
const turns = 6;
const claimsOfTurn = 800;
const removeProcess = new URL('./retention/remove-process.ts', import.meta.url);

const log = createLog({ level: 'error' });
const postgres = await startPostgres({ settings: ['shared_buffers=256MB', 'max_wal_size=4GB'] });
const folder = await mkdtemp(join(tmpdir(), 'matre-retention-'));
const report = (text: string) => console.log(`${new Date().toISOString().slice(11, 19)} ${text}`);

/** The sums of days that comparisons would have written, and a file of each run. */
async function complete(database: Database): Promise<void> {
  await withClient(postgres.url, async (client) => {
    await client.query(`
      INSERT INTO test_day (day, environment_id, test, suite, passed, failed, flaky, broken, total_ms)
      SELECT (queued_at AT TIME ZONE 'UTC')::date, environment_id, test, suite, count(*) FILTER (WHERE outcome = 'passed'),
        count(*) FILTER (WHERE outcome = 'failed'), 0, 0, sum(planned_test.duration_ms)
      FROM planned_test JOIN run ON run.id = run_id GROUP BY 1, 2, 3, 4;
      ANALYZE test_day;
      -- To measure 3,000 folders of one file each is not what is measured here.
      UPDATE run SET files_bytes = 1;`);
  });
  const folders = createRunFolders({ folder, readIdentity: (id) => readRunIdentity(database, id), log });
  const artifacts = createArtifacts({ folders, logBytes: 1_000 });
  for (let id = 1; id <= submissions * environments; id += 1) await artifacts.write(id, 'run.log', 'x');
}

/** Sums that removal must not change, and what it must not leave. */
function inspect() {
  // Without the time limit of queries: it reads all planned tests.
  return withClient(postgres.url, async (client) => {
    const { rows } = await client.query<{ executions: string; runs: string; partial: string }>(
      `SELECT (SELECT sum(passed + failed)::bigint FROM test_history) AS executions,
       (SELECT sum(runs)::bigint FROM environment_day) AS runs,
       (SELECT count(*) FROM run WHERE state = 'finished' AND verdict = 'failed' AND removal_at IS NULL
          AND (SELECT count(*) FROM planned_test WHERE run_id = run.id) <> ${tests}) AS partial`,
    );
    const { executions = 0, runs = 0, partial = 0 } = rows[0] ?? {};
    return { executions: Number(executions), runs: Number(runs), partial: Number(partial) };
  });
}

/** Milliseconds of each claim of one worker, whose runs are finished at once. */
async function measureClaims(database: Database): Promise<number[]> {
  const queue = createQueue({ database, log, leaseMs: 20_000 });
  const runs = createRuns({ database });
  const times: number[] = [];
  while (times.length < claimsOfTurn) {
    await runs.insert(
      Array.from({ length: environments }, (_, index) => ({
        ...{ environmentId: index + 1, selection: { ...emptySelection, tests: ['A'] }, requestedBy: 'bench' },
      })),
    );
    for (let count = 0; count < environments; count += 1) {
      const askedAt = performance.now();
      const [claim] = await queue.claimFor(['bench/1'], [], undefined);
      times.push(performance.now() - askedAt);
      if (!claim || typeof claim === 'string') throw new Error(`No run was claimed: ${claim}`);
      await queue.finish(claim.run.id, claim.run.fence ?? 0, 'passed');
    }
  }
  return times;
}

try {
  let database = await openPostgres({ url: postgres.url, log });
  await migrate(database, { log });
  report(`inserting ${submissions * tests * environments} results`);
  await insertSubmissions(postgres.url, { tests, environments, submissions });
  report('inserting sums and files');
  await complete(database);
  await database.close();
  await postgres.shutdown();
  await postgres.start();
  database = await openPostgres({ url: postgres.url, log });

  const planTimes: number[] = [];
  let planned = 0;
  for (let count = 0; count < 5; count += 1) {
    const askedAt = performance.now();
    planned = (await planRetention(database, limitsOf(keptDays))).runs.results.removed;
    planTimes.push(performance.now() - askedAt);
  }
  report(`${planned} results would go, shown in ${planTimes.map((ms) => ms.toFixed(0)).join(', ')} ms`);

  const before = await inspect();
  await measureClaims(database);
  const without: number[] = [];
  const beside: number[] = [];
  let removedInTurns = 0;
  for (let turn = 0; turn < turns; turn += 1) {
    without.push(...(await measureClaims(database)));
    const child = startChild(removeProcess, [postgres.url, folder, String(keptDays)]);
    await child.line();
    // Its first batches.
    await delay(1_000);
    beside.push(...(await measureClaims(database)));
    child.signal('SIGTERM');
    removedInTurns += (JSON.parse(await child.line()) as { runs: number }).runs;
    await child.exited;
  }
  report(
    `p99 of claims ${percentile(without, 0.99).toFixed(2)} ms, beside the removal ${percentile(beside, 0.99).toFixed(2)} ms`,
  );

  for (let count = 0; count < kills; count += 1) {
    const child = startChild(removeProcess, [postgres.url, folder, String(keptDays)]);
    await child.line();
    await delay(200 + ((count * 397) % 1_800));
    await child.kill();
  }
  const claimed = 2 * turns * claimsOfTurn + claimsOfTurn;
  const [interrupted] = await database.query<{ count: number }>(
    'SELECT count(*) FROM run WHERE removal_at IS NOT NULL',
  );
  // The next pass ends what was interrupted.
  const last = startChild(removeProcess, [postgres.url, folder, '100000']);
  await last.line();
  await last.line();
  const after = await inspect();
  const rows = await database.query<{ id: number }>(
    `SELECT id FROM run WHERE id <= ${submissions * environments} ORDER BY id`,
  );
  const folders = (await readdir(join(folder, 'runs'))).map(Number).sort((one, other) => one - other);
  const isEqual = JSON.stringify(folders) === JSON.stringify(rows.map(({ id }) => id));
  const wrong = [
    before.executions === after.executions,
    before.runs <= after.runs,
    after.partial === 0,
    isEqual,
  ].filter((holds) => !holds).length;

  const metrics = {
    plan_s: Math.max(...planTimes) / 1000,
    plan_median_s: median(planTimes) / 1000,
    claim_p99_ms: percentile(without, 0.99),
    claim_p99_beside_removal_ms: percentile(beside, 0.99),
    claim_p99_ratio: percentile(beside, 0.99) / percentile(without, 0.99),
    claim_median_ms: median(without),
    claim_median_beside_removal_ms: median(beside),
    claims_of_each: without.length,
    runs_removed_in_turns: removedInTurns,
    kills,
    interrupted_runs: interrupted?.count ?? 0,
    wrong_after_kills: wrong,
    results: submissions * tests * environments,
    results_to_remove: planned,
    claimed_runs: claimed,
  };
  printTable(Object.entries(metrics).map(([name, value]) => [name, value.toFixed(3)]));
  await writeResults('retention', { metrics });
  await database.close();
} finally {
  await postgres.stop();
  await rm(folder, { recursive: true, force: true });
}
