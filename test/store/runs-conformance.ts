import { beforeEach, expect, it } from 'vitest';
import type { Environment } from '../../src/model/environment.ts';
import type { Run } from '../../src/model/run.ts';
import { noRunOptions } from '../../src/model/run-options.ts';
import { emptySelection } from '../../src/model/selection.ts';
import type { Queue } from '../../src/queue/queue.ts';
import type { Database } from '../../src/store/database/database.ts';
import { createRuns, type NewRun, type Runs } from '../../src/store/tables/runs.ts';
import { claimOne } from '../support/claim.ts';
import { newResult } from '../support/samples.ts';

/** The table of runs: what is requested, changed and cancelled. */
export function runsConformance(
  opened: () => { database: Database; runs: Runs; queue: Queue },
  {
    create,
    submit,
  }: {
    create(code?: string): Promise<Environment>;
    submit(environment: Environment, more?: Partial<NewRun>): Promise<Run>;
  },
): void {
  let { database, runs, queue } = opened();
  beforeEach(() => {
    ({ database, runs, queue } = opened());
  });

  it('are queued as requested', async () => {
    const environment = await create();
    const selection = { ...emptySelection, groups: ['smoke'], exclude: ["O'Reilly; DROP"] };
    const first = await submit(environment);
    const run = await submit(environment, {
      selection,
      priority: 5,
      requestedBy: 'cli:ann',
      retryOf: first.id,
    });
    expect(run).toEqual({
      id: 2,
      environmentId: environment.id,
      environmentCode: 'preprod-us',
      selection,
      priority: 5,
      state: 'queued',
      attempt: 0,
      cancelRequested: false,
      requestedBy: 'cli:ann',
      retryOf: first.id,
      submissionId: 2,
      options: noRunOptions,
      retriedAfter: 0,
      hooksPlanned: false,
      patches: [],
      counts: { planned: 0, passed: 0, failed: 0, broken: 0, skipped: 0, flaky: 0, quarantined: 0 },
      queuedAt: expect.any(Date),
    });
    expect(await runs.get(run.id)).toEqual(run);
    await expect(runs.get(99)).rejects.toMatchObject({ code: 'RUN_UNKNOWN' });
  });

  it('have the options that they were submitted with', async () => {
    const options = { retryFailed: 2, failedFirst: true, maxFailures: 10 };
    const { id } = await submit(await create(), { options });
    expect((await runs.get(id)).options).toEqual(options);
  });

  it('have the patterns, severities and modules of their selection, and exclude skipped tests as it does', async () => {
    const environment = await create();
    const lists = {
      patterns: ['A*'],
      severities: ['MAJOR' as const],
      modules: ['Acme_Cart'],
      excludeSkipped: true,
    };
    const { id } = await submit(environment, { selection: { ...emptySelection, ...lists } });
    expect((await runs.get(id)).selection).toEqual({ ...emptySelection, ...lists });
  });

  it('keep their pinned commits in use until they are finished', async () => {
    const run = await submit(await create());
    const fence = (await claimOne(queue, 'w1'))?.fence ?? 0;
    expect(await runs.commitsInUse()).toEqual([]);
    await queue.recorder(run.id, fence).commit({ id: 'a1b2c3', subject: 'A commit' });
    expect(await runs.commitsInUse()).toEqual(['a1b2c3']);
    await queue.finish(run.id, fence, 'passed');
    expect(await runs.commitsInUse()).toEqual([]);
  });

  it('are queued together or not at all, in the requested order', async () => {
    const [a, b] = [await create('a'), await create('b')];
    const order = (environmentIds: number[]) =>
      runs.insert(
        environmentIds.map((environmentId) => ({
          environmentId,
          selection: emptySelection,
          requestedBy: 'x',
        })),
      );
    await expect(order([a.id, 99])).rejects.toMatchObject({ code: 'ENVIRONMENT_UNKNOWN' });
    expect(await runs.list({ limit: 10 })).toEqual([]);
    const inserted = await order([b.id, a.id, b.id]);
    expect(inserted.map(({ environmentCode }) => environmentCode)).toEqual(['b', 'a', 'b']);
    expect(inserted.map(({ id }) => id)).toEqual(inserted.map(({ id }) => id).sort((x, y) => x - y));
  });

  it('are listed from the newest, by environment and state, page by page', async () => {
    const [a, b] = [await create('a'), await create('b')];
    const ids = [];
    for (const environment of [a, b, a, a]) ids.unshift((await submit(environment)).id);
    await claimOne(queue, 'w');
    const list = async (filter: Omit<Parameters<Runs['list']>[0], 'limit'>, limit = 10) =>
      (await runs.list({ ...filter, limit })).map(({ id }) => id);
    expect(await list({})).toEqual(ids);
    expect(await list({}, 2)).toEqual(ids.slice(0, 2));
    expect(await list({ before: ids[1] ?? 0 })).toEqual(ids.slice(2));
    expect(await list({ environmentId: b.id })).toEqual([ids[2]]);
    expect(await list({ state: 'running' })).toEqual([ids[3]]);
    expect(await list({ environmentId: a.id, state: 'queued' })).toEqual([ids[0], ids[1]]);
  });

  it('are filtered by phase, verdict, principal, time and test', async () => {
    const environment = await create();
    const list = async (filter: Omit<Parameters<Runs['list']>[0], 'limit'>) =>
      (await runs.list({ ...filter, limit: 10 })).map(({ id }) => id);
    const old = await submit(environment, { requestedBy: 'cli:ann' });
    await database.query(`UPDATE run SET queued_at = now() - interval '2 days' WHERE id = $1`, [old.id]);
    const fence = (await claimOne(queue, 'w'))?.fence ?? 0;
    const recorder = queue.recorder(old.id, fence);
    await recorder.plan([
      { name: 'A', suite: undefined },
      { name: 'B', suite: 'S' },
    ]);
    await recorder.phase('testing');
    expect(await list({ phase: 'testing' })).toEqual([old.id]);
    expect(await list({ phase: 'reporting' })).toEqual([]);
    for (const result of [newResult('A', 'passed'), { ...newResult('B', 'failed'), suite: 'S' }])
      await recorder.result(result);
    await runs.cancel(old.id);
    expect(await list({ phase: 'testing' })).toEqual([]);
    expect(await list({ phase: 'cancelling' })).toEqual([old.id]);
    await queue.finish(old.id, fence, 'failed');
    const young = await submit(environment, { requestedBy: 'schedule nightly' });
    expect(await list({ verdict: 'failed' })).toEqual([old.id]);
    expect(await list({ verdict: 'broken' })).toEqual([]);
    expect(await list({ requestedBy: 'schedule nightly' })).toEqual([young.id]);
    expect(await list({ since: new Date(Date.now() - 24 * 3_600_000) })).toEqual([young.id]);
    expect(await list({ test: { name: 'B', suite: undefined } })).toEqual([old.id]);
    expect(await list({ test: { name: 'B', suite: 'S' } })).toEqual([old.id]);
    expect(await list({ test: { name: 'B', suite: 'T' } })).toEqual([]);
    expect(await list({ test: { name: 'C', suite: undefined } })).toEqual([]);
    expect(await list({ test: { name: 'A', suite: undefined }, verdict: 'passed' })).toEqual([]);
  });

  it('are found by an index of each filter, so that a list does not read the whole history', async () => {
    const environment = await create();
    await database.query(
      `INSERT INTO run (environment_id, selection, state, verdict, counts, requested_by, queued_at, started_at, finished_at)
       SELECT $1, $2::jsonb, 'finished', CASE WHEN i % 2000 = 0 THEN 'broken' ELSE 'passed' END, '{}',
         CASE WHEN i % 2000 = 1 THEN 'cli:ann' ELSE 'schedule nightly' END, now() - (20000 - i) * interval '1 hour', now(), now()
       FROM generate_series(1, 20000) AS i`,
      [environment.id, JSON.stringify(emptySelection)],
    );
    await database.script(
      `INSERT INTO planned_test (run_id, position, test) SELECT id, 1, 'Test' || id % 2000 FROM run;
       INSERT INTO result (run_id, test, attempt, status, started_at, duration_ms)
         SELECT run_id, test, 1, 'passed', now(), 1 FROM planned_test;
       ANALYZE run; ANALYZE result`,
    );
    const queries: [sql: string, parameters: unknown[]][] = [];
    const recording = createRuns({
      database: {
        ...database,
        query(sql, parameters = []) {
          queries.push([sql, parameters]);
          return database.query(sql, parameters);
        },
      },
    });
    const filters: Omit<Parameters<Runs['list']>[0], 'limit'>[] = [
      {},
      { state: 'queued' },
      { phase: 'testing' },
      { verdict: 'broken' },
      { verdict: 'cancelled' },
      { requestedBy: 'cli:ann' },
      { requestedBy: 'cli:eve' },
      { since: new Date(Date.now() - 5 * 3_600_000) },
      { test: { name: 'Test7', suite: undefined } },
      { test: { name: 'Test7', suite: undefined }, verdict: 'broken' },
    ];
    for (const filter of filters) {
      queries.length = 0;
      await recording.list({ ...filter, limit: 20 });
      const [sql = '', parameters = []] = queries[0] ?? [];
      const rows = await database.query<{ 'QUERY PLAN': string }>(`EXPLAIN (ANALYZE) ${sql}`, parameters);
      const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
      expect(plan).not.toMatch(/Seq Scan on (run|result)\b/);
      const removed = [...plan.matchAll(/Rows Removed by Filter: (\d+)/g)].map(([, count]) => Number(count));
      expect(Math.max(0, ...removed), plan).toBeLessThan(100);
    }
    // Removing so many one by one takes longer than a statement may.
    await database.script('TRUNCATE run CASCADE');
  });

  it('have a position in the queue', async () => {
    const [a, b] = [await create('a'), await create('b')];
    const first = await submit(a);
    await submit(b);
    const second = await submit(a);
    const urgent = await submit(a, { priority: 1 });
    const positions = () => Promise.all([first, second, urgent].map(({ id }) => runs.positionInQueue(id)));
    expect(await positions()).toEqual([2, 3, 1]);
    await claimOne(queue, 'w', { excludeEnvironments: [b.id] });
    expect(await positions()).toEqual([1, 2, undefined]);
  });

  it('are cancelled at once when queued, and asked to stop when running', async () => {
    const environment = await create();
    const [running, queued] = [await submit(environment), await submit(environment)];
    const claim = await claimOne(queue, 'w');
    expect(await runs.cancel(queued.id)).toMatchObject({
      state: 'finished',
      verdict: 'cancelled',
      finishedAt: expect.any(Date),
    });
    expect(await runs.cancel(running.id)).toMatchObject({ state: 'running', cancelRequested: true });
    expect(await queue.renew(running.id, claim?.fence ?? 0)).toEqual({ cancelRequested: true });
    await expect(runs.cancel(queued.id)).rejects.toMatchObject({ code: 'RUN_FINISHED' });
    await expect(runs.cancel(99)).rejects.toMatchObject({ code: 'RUN_UNKNOWN' });
  });
}
