import { causeOf } from '../../src/model/failure.ts';
import { groupBy } from '../../src/model/group-by.ts';
import { emptySelection } from '../../src/model/selection.ts';
import type { Database } from '../../src/store/database/database.ts';
import { createComparisons } from '../../src/store/tables/comparisons.ts';
import { finishSubmissions } from '../../src/store/tables/finish-submissions.ts';
import { runComparer } from '../../src/store/tables/run-comparer.ts';
import { readCounts } from '../../src/store/tables/run-counts.ts';
import { insertRows } from '../../test/page/long-data/insert.ts';
import type { HistoryLine } from '../classes/history.ts';

const minuteMs = 60_000;

/** A night in the lines of a history: what was executed on one environment. */
interface NightRun {
  id: number;
  night: number;
  environmentId: number;
  lines: HistoryLine[];
}

export interface Nights {
  /** Names the nights and has their environments. */
  schedule: string;
  environments: readonly string[];
  /** By the commit of a line. */
  commitOf: (commit: string) => { id: string; subject: string };
  /** The environments, from 0, whose shop was away in the last night. */
  brokenLast: readonly number[];
}

/**
 * Inserts a history as the nights of a schedule, one submission each, compares them with each other as a worker does, and finishes them.
 * The runs of environments of `brokenLast` are broken in the last night.
 */
export async function insertNights(
  database: Database,
  lines: readonly HistoryLine[],
  { schedule, environments, commitOf, brokenLast }: Nights,
): Promise<void> {
  const selection = { ...emptySelection, groups: ['regression'] };
  const runs = toRuns(lines);
  const last = Math.max(...runs.map(({ night }) => night));
  const isBroken = ({ night, environmentId }: NightRun) =>
    night === last && brokenLast.includes(environmentId - 1);
  await insertRows(
    database,
    'environment',
    environments.map((code, index) => ({
      ...{ id: index + 1, code, name: code, base_url: `https://${code}.shop.test/`, backend_name: 'admin' },
      ...{ admin_username: 'admin', created_at: new Date(), fence: last + 1, slots: 1, all_modules: false },
    })),
  );
  await insertRows(database, 'schedule', [
    {
      ...{ id: 1, name: schedule, cron: '0 2 * * *', zone: 'Europe/Madrid', selection, priority: 0 },
      ...{ overlap: 'skip', missed: 'skip', catch_up_minutes: 60, day_rule: 'vixie', revision: 1 },
      ...{ created_by: 'ada', created_at: new Date(), next_at: new Date(Date.now() + 600 * minuteMs) },
      saved_environments: false,
    },
  ]);
  await insertRows(
    database,
    'schedule_environment',
    environments.map((_, index) => ({ schedule_id: 1, environment_id: index + 1 })),
  );
  const byNight = [...groupBy(runs, ({ night }) => night)].sort(([one], [other]) => one - other);
  await insertRows(
    database,
    'submission',
    byNight.map(([night, [first]]) => ({
      ...{ id: night + 1, name: schedule, schedule_id: 1, selection, requested_by: `schedule ${schedule}` },
      ...{ created_at: first?.lines[0]?.at, environment_ids: environments.map((_, index) => index + 1) },
    })),
  );
  await insertRows(
    database,
    'run',
    runs.map((run) => runRow(run, isBroken(run))),
  );
  await insertRows(
    database,
    'attempt',
    runs.map(({ id, night, lines }) => ({
      ...{ run_id: id, attempt: 1, fence: night + 1, worker_id: 'worker-1/1', outcome: 'finished' },
      ...{ started_at: lines[0]?.at, ended_at: endOf(lines) },
    })),
  );
  await insertRows(
    database,
    'schedule_firing',
    byNight.map(([night, own]) => ({
      ...{ id: night + 1, schedule_id: 1, outcome: 'fired', missed: 0, runs: own.map(({ id }) => id) },
      ...{ due_at: own[0]?.lines[0]?.at, fired_at: own[0]?.lines[0]?.at, fired_by: null },
    })),
  );
  for (const run of runs) await insertResults(database, run, isBroken(run));
  await database.query(
    `INSERT INTO test_duration (test, suite, environment_id, recent_ms, recent)
     SELECT test, suite, environment_id, (array_agg(duration_ms ORDER BY run_id DESC))[1:5],
       right(string_agg(CASE status WHEN 'passed' THEN '.' ELSE 'x' END, '' ORDER BY run_id), 10)
     FROM result JOIN run ON run.id = run_id WHERE status IN ('passed', 'failed')
     GROUP BY test, suite, environment_id`,
  );
  await database.script('ANALYZE');
  const comparisons = createComparisons({ database });
  for (const environmentId of await comparisons.pendingEnvironments()) {
    while ((await comparisons.compareNext(environmentId, runComparer)) !== undefined);
  }
  await finishSubmissions(database);
  await database.script('ANALYZE');

  function runRow(run: NightRun, broken: boolean) {
    const { id, night, environmentId, lines } = run;
    const { at, commit = '', shopVersion } = lines[0] as HistoryLine;
    const { id: commit_id, subject: commit_subject } = commitOf(commit);
    const failed = lines.some((line) => line.status === 'failed' && isLast(line, lines));
    return {
      ...{
        id,
        environment_id: environmentId,
        submission_id: night + 1,
        schedule_id: 1,
        selection,
        priority: 0,
      },
      ...{ requested_by: `schedule ${schedule}`, state: 'finished', attempt: 1, fence: night + 1 },
      ...{ verdict: broken ? 'broken' : failed ? 'failed' : 'passed', commit_id, commit_subject },
      ...(broken ? awayReason : { reason_code: null, reason_message: null }),
      ...{ shop_version: shopVersion ?? null, worker_id: 'worker-1/1', cancel_requested: false },
      ...{ queued_at: at, started_at: at, finished_at: endOf(lines), retried_after: 0 },
    };
  }
}

const awayReason = {
  reason_code: 'MAGENTO_UNREACHABLE',
  reason_message: 'The shop does not answer: connect ECONNREFUSED 10.4.0.17:443.',
};

/** The runs of a history in the order in which they were executed, with ids from 1. */
function toRuns(lines: readonly HistoryLine[]): NightRun[] {
  const groups = [...groupBy(lines, ({ environment, run }) => `${environment} ${run}`).values()].map(
    (own) => {
      const [environment = 0, night = 0] = (own[0]?.run ?? '').split('-').map(Number);
      return { night, environmentId: environment + 1, lines: own };
    },
  );
  groups.sort((one, other) => one.night - other.night || one.environmentId - other.environmentId);
  return groups.map((run, index) => ({ id: index + 1, ...run }));
}

/** Four tests at a time. */
const endOf = (lines: readonly HistoryLine[]) =>
  new Date(
    (lines[0]?.at.getTime() ?? 0) +
      2 * minuteMs +
      lines.reduce((sum, { durationMs }) => sum + durationMs, 0) / 4,
  );

const isLast = ({ test, attempt }: HistoryLine, lines: readonly HistoryLine[]) =>
  !lines.some((other) => other.test === test && other.attempt > attempt);

async function insertResults(database: Database, { id, lines }: NightRun, broken: boolean): Promise<void> {
  const first = lines.filter(({ attempt }) => attempt === 1);
  const place = ({ test, suite }: HistoryLine) => ({ run_id: id, test, suite: suite ?? '' });
  await insertRows(
    database,
    'planned_test',
    first.map((line, index) => ({ ...place(line), position: index + 1, notable: false })),
  );
  let at = lines[0]?.at.getTime() ?? 0;
  await insertRows(
    database,
    'result',
    (broken ? first : lines).map((line) => {
      at += line.durationMs / 4;
      const status = broken ? 'broken' : line.status;
      return {
        ...{ ...place(line), attempt: line.attempt, status, duration_ms: broken ? 0 : line.durationMs },
        ...(status === 'broken' ? awayReason : { reason_code: null, reason_message: null }),
        message: status === 'failed' ? line.message : null,
        cause: status === 'failed' ? causeOf(line.message ?? '') : null,
        ...{ started_at: new Date(at - line.durationMs / 4), recorded_at: new Date(at), attachments: [] },
      };
    }),
  );
  const counts = (await readCounts(database, [id])).get(id);
  await database.query('UPDATE run SET counts = $2::jsonb WHERE id = $1', [id, JSON.stringify(counts)]);
}
