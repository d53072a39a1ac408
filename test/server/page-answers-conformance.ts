import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Context } from '../../src/operations/core/context.ts';
import type { OverviewView } from '../../src/operations/overview/overview-view.ts';
import type { RunResultsView } from '../../src/operations/results/results-view.ts';
import type { TestHistoryView } from '../../src/operations/tests/history-view.ts';
import type { NewResult } from '../../src/queue/recorder.ts';
import { runComparer } from '../../src/store/tables/run-comparer.ts';
import { startTestServer, type TestServer } from '../support/app.ts';
import { claimOne } from '../support/claim.ts';
import type { Kind } from '../support/database.ts';
import { sharedPostgres } from '../support/postgres.ts';
import { startRedis } from '../support/redis.ts';
import { newResult } from '../support/samples.ts';
import { pageChangesConformance } from './page-changes-conformance.ts';
import { pageStepsConformance } from './page-steps-conformance.ts';

/**
 * The data of the page, for every kind of database. The tests execute runs step by step, so that each state can be
 * checked.
 */
export function pageConformance(kind: Kind): void {
  describe(`the page on ${kind}`, () => {
    let server: TestServer;
    let context: Context;
    const closers: (() => Promise<void>)[] = [];
    beforeAll(async () => {
      const settings: Record<string, string> = {
        MATRE_SIGN_IN: 'off',
        MATRE_LIVE_VIEW_URL: 'http://grid:7900/{environment}/?run={run}',
      };
      if (kind === 'postgres') {
        const [postgres, redis] = await Promise.all([sharedPostgres({ schema: true }), startRedis()]);
        closers.push(postgres.drop, redis.stop);
        Object.assign(settings, { DATABASE_URL: postgres.url, LOCK_DSN: redis.url });
      }
      // No engine is needed: the data of containers is a fixture.
      server = await startTestServer({
        settings,
        parts: { pool: async () => ({ list: async () => [], replace: none, prune: none }) },
      });
      context = server.app.context;
    });
    afterAll(async () => {
      await server?.close();
      for (const close of closers) await close();
    });
    beforeEach(async () => {
      await context.database.script(
        'DELETE FROM run; DELETE FROM test_duration; DELETE FROM environment; DELETE FROM worker',
      );
    });

    const none = async () => {
      throw new Error('not here');
    };
    const add = (code: string) =>
      server.ask('POST', '/api/environments', {
        code,
        baseUrl: 'https://example.com',
        adminUsername: 'admin',
      });
    const submit = async (environment: string, tests: string[]): Promise<number> => {
      const body = { environments: [environment], selection: { tests } };
      return (await server.ask('POST', '/api/runs', body)).body.runs[0].id;
    };
    const overview = async (query = ''): Promise<OverviewView> => {
      const answer = await server.ask('GET', `/api/overview${query}`);
      expect(answer.status, JSON.stringify(answer.body)).toBe(200);
      return answer.body;
    };
    const results = async (id: number): Promise<RunResultsView> =>
      (await server.ask('GET', `/api/runs/${id}/results`)).body;

    /** Claims the next run, and starts it with a plan. */
    async function start(tests: readonly string[]) {
      const claim = await claimOne(context.queue, 'host/1/1');
      if (!claim) throw new Error('nothing to claim');
      const { id } = claim.run;
      const record = context.queue.recorder(id, claim.fence);
      await record.commit({ id: 'c0ffee'.padEnd(40, '0'), subject: 'Test the cart' });
      await record.plan(tests.map((name) => ({ name, suite: undefined })));
      await record.phase('testing');
      const finish = (verdict: 'passed' | 'failed' | 'broken' = 'passed') =>
        context.queue.finish(id, claim.fence, verdict);
      return { id, record, finish };
    }

    /** Executes a whole run of one test. */
    async function execute(environment: string, test: string, result: Partial<NewResult>): Promise<number> {
      await submit(environment, [test]);
      const { id, record, finish } = await start([test]);
      await record.result({ ...newResult(test, 'passed'), ...result });
      await finish(result.status === 'failed' ? 'failed' : 'passed');
      return id;
    }
    const fails = (message: string): Partial<NewResult> => ({ status: 'failed', message });

    it('of an empty installation shows that there is nothing', async () => {
      expect(await overview()).toMatchObject({
        lanes: [],
        queue: [],
        queued: { runs: 0, oldestMs: null },
        workers: { slots: 0, busy: 0, processes: 0, hosts: 0, lost: 0 },
        locks: { kind: kind === 'postgres' ? 'redis' : 'in-process', reachable: true, message: null },
        containers: { total: 0, healthy: 0, stale: 0 },
      });
    });

    it('shows running runs with environment and progress, and why the others wait', async () => {
      for (const code of ['us', 'es', 'fr']) await add(code);
      await context.workers.register({ id: 'host/1', host: 'host', pid: 1, slots: 2 });
      // This makes the durations of the tests known.
      const before = await execute('us', 'A', { durationMs: 10_000 });
      await context.database.query(
        `INSERT INTO test_duration (test, suite, environment_id, recent_ms)
         SELECT 'B', '', id, '{10000}' FROM environment WHERE code = 'us'`,
      );
      await submit('us', ['A', 'B', 'A2', 'A3']);
      const running = await start(['A', 'B']);
      const behind = await submit('us', ['A']);
      const repeat = await submit('us', ['A']);
      await server.ask('POST', '/api/environments/es/pause', { reason: 'database copy' });
      const paused = await submit('es', ['A']);
      await running.record.result({ ...newResult('A', 'passed'), durationMs: 10_000 });
      await running.record.testStarted({ name: 'B', suite: undefined });

      const view = await overview();
      expect(view.lanes.map(({ code, queued }) => [code, queued])).toEqual([
        ['es', 1],
        ['fr', 0],
        ['us', 2],
      ]);
      const [es, fr, us] = view.lanes;
      expect(fr).toMatchObject({ running: null, bars: [], more: false, paused: null });
      expect(es?.paused).toMatchObject({ reason: 'database copy' });
      expect(us?.running).toMatchObject({ id: running.id, done: 1, planned: 2, workerId: 'host/1/1' });
      expect(us?.running?.current).toMatchObject([{ test: 'B', suite: null }]);
      expect(us?.running?.msLeft).toBeLessThanOrEqual(10_000);
      expect(us?.running?.percent).toBeGreaterThanOrEqual(50);
      expect(us?.bars).toMatchObject([
        {
          id: before,
          state: 'finished',
          verdict: 'passed',
          summary: 'test A',
          counts: { planned: 1, passed: 1 },
        },
        {
          id: running.id,
          state: 'running',
          phase: 'testing',
          summary: '4 tests: A, B and 2 more',
          finishedAt: null,
        },
      ]);
      expect(view.queue).toMatchObject([
        { id: behind, environment: 'us', position: 1, waits: { code: 'environment-busy', run: running.id } },
        { id: paused, environment: 'es', waits: { code: 'environment-paused' }, expectedStartAt: null },
        { id: repeat, position: 2, waits: { code: 'environment-busy' } },
      ]);
      // The expected duration comes from runs of the same selection, also on other environments.
      for (const { expectedMs } of view.queue) expect(expectedMs).toBeGreaterThanOrEqual(0);
      const [first, , second] = view.queue.map(({ expectedStartAt }) => Date.parse(expectedStartAt ?? ''));
      expect(second).toBeGreaterThanOrEqual(first as number);
      expect(view.workers).toEqual({ slots: 2, busy: 1, processes: 1, hosts: 1, lost: 0 });
      expect(view.queued.runs).toBe(3);
      expect(view.queued.oldestMs).toBeGreaterThanOrEqual(0);
    });

    it('says nothing of the time left while most remaining tests never ran', async () => {
      await add('us');
      await submit('us', ['A', 'B', 'C']);
      const { record } = await start(['A', 'B', 'C']);
      await record.result({ ...newResult('A', 'passed'), durationMs: 10_000 });
      await record.testStarted({ name: 'B', suite: undefined });
      expect((await overview()).lanes[0]?.running).toMatchObject({ done: 1, percent: 33, msLeft: null });
    });

    it('shows the newest finished run of each environment, with the most frequent cause of its failures', async () => {
      for (const code of ['us', 'es', 'fr']) await add(code);
      await execute('us', 'A', {});
      await execute('us', 'B', {});
      await execute('us', 'C', {});
      await submit('us', ['A', 'B', 'C', 'D']);
      const { id, record, finish } = await start(['A', 'B', 'C', 'D']);
      await record.result({ ...newResult('A', 'passed'), ...fails('Element "#b" was not found') });
      await record.result({ ...newResult('B', 'passed'), ...fails('Total 3 is not 4') });
      await record.result({ ...newResult('C', 'passed'), ...fails('Total 5 is not 6') });
      await record.result({ ...newResult('D', 'passed') });
      await finish('failed');
      // A cancelled run says nothing of the shop.
      const cancelled = await submit('us', ['A']);
      await server.ask('POST', `/api/runs/${cancelled}/cancel`);
      const passed = await execute('es', 'A', {});
      const [es, fr, us] = (await overview()).lanes;
      expect(es?.latest).toMatchObject({ id: passed, verdict: 'passed', failure: null });
      expect(fr?.latest).toBeNull();
      expect(us?.latest).toMatchObject({
        ...{ id, verdict: 'failed', reason: null, summary: '4 tests: A, B and 2 more' },
        counts: { planned: 4, failed: 3 },
        failure: { test: 'B', message: 'Total 3 is not 4', tests: 2, newFailures: 3 },
      });
    });

    it('shows only runs of the time window', async () => {
      await add('us');
      const id = await execute('us', 'A', {});
      await context.database.query(
        `UPDATE run SET started_at = now() - interval '5 hours', finished_at = now() - interval '3 hours' WHERE id = $1`,
        [id],
      );
      const ago = (hours: number) => new Date(Date.now() - hours * 3_600_000).toISOString();
      const idsBetween = async (from: string, to: string) =>
        (await overview(`?from=${from}&to=${to}`)).lanes[0]?.bars.map((bar) => bar.id);
      expect((await overview()).lanes[0]?.bars).toEqual([]);
      expect(await idsBetween(ago(4.5), ago(4))).toEqual([id]);
      expect(await idsBetween(ago(4), ago(1))).toEqual([id]);
      expect(await idsBetween(ago(9), ago(6))).toEqual([]);
      expect((await server.ask('GET', `/api/overview?from=${ago(1)}&to=${ago(2)}`)).status).toBe(400);
    });

    it('counts running and queued runs, and environments whose last run did not pass', async () => {
      for (const code of ['us', 'es', 'fr']) await add(code);
      const attention = async () => (await server.ask('GET', '/api/attention')).body;
      expect(await attention()).toEqual({ alerts: 0, running: 0, queued: 0, failing: 0 });
      await execute('us', 'A', fails('x'));
      await execute('es', 'A', fails('x'));
      await execute('es', 'A', {});
      // A cancelled run says nothing about its environment.
      await server.ask('POST', `/api/runs/${await submit('us', ['A'])}/cancel`);
      await submit('fr', ['A']);
      await start(['A']);
      await submit('fr', ['B']);
      expect(await attention()).toEqual({ alerts: 0, running: 1, queued: 1, failing: 1 });
    });

    it('moves a queued run to the front, and no other run', async () => {
      await add('us');
      const [first, second, third] = [
        await submit('us', ['A']),
        await submit('us', ['A']),
        await submit('us', ['A']),
      ];
      const order = async () => (await overview()).queue.map(({ id }) => id);
      const prioritise = (id: number, body: object) => server.ask('POST', `/api/runs/${id}/priority`, body);
      expect((await prioritise(third as number, { front: true })).body.priority).toBe(1);
      expect(await order()).toEqual([third, first, second]);
      // A run that is already at the front stays unchanged.
      expect((await prioritise(third as number, { front: true })).body.priority).toBe(1);
      await prioritise(second as number, { priority: 5 });
      expect(await order()).toEqual([second, third, first]);
      await prioritise(second as number, { priority: -1 });
      expect(await order()).toEqual([third, first, second]);
      const { id } = await start(['A']);
      expect(id).toBe(third);
      expect((await prioritise(id, { front: true })).body.code).toBe('RUN_NOT_QUEUED');
      expect((await prioritise(999, { front: true })).body.code).toBe('RUN_UNKNOWN');
      expect((await prioritise(first as number, {})).body.code).toBe('INPUT_INVALID');
      expect((await prioritise(first as number, { front: true, priority: 1 })).body.code).toBe(
        'INPUT_INVALID',
      );
    });

    it('classifies a failure as new or known, before and after its run was compared, and lists failures with the same cause', async () => {
      for (const code of ['us', 'es']) await add(code);
      const steps = (count: number, failed?: { title: string; number: number }) => ({
        steps: { count, failed },
      });
      await execute('us', 'A', steps(41));
      const failedRun = await execute('us', 'A', {
        ...fails('Order # 12 is missing'),
        ...steps(23, { title: 'see order', number: 23 }),
      });
      const elsewhere = await execute('es', 'A', fails('Order # 9 is missing'));
      const { comparisons } = server.app.context;
      const compare = async () => {
        for (const id of await comparisons.pendingEnvironments())
          while ((await comparisons.compareNext(id, runComparer)) !== undefined);
      };
      await compare();
      const secondFailure = await execute('us', 'A', fails('Order # 77 is missing'));

      const failure = async (id: number) => (await results(id)).tests[0];
      expect(await failure(failedRun)).toMatchObject({
        status: 'failed',
        history: '.',
        flaky: false,
        failure: {
          classification: 'new',
          step: { title: 'see order', number: 23, of: 41 },
          sameCauseAs: [
            { id: secondFailure, environment: 'us' },
            { id: elsewhere, environment: 'es' },
          ],
        },
      });
      expect(await failure(elsewhere)).toMatchObject({
        history: '',
        failure: { classification: null, step: null },
      });
      const expected = {
        history: '.x',
        classes: ['known'],
        flaky: false,
        failure: { classification: 'known' },
      };
      expect(await failure(secondFailure)).toMatchObject(expected);
      await compare();
      expect(await failure(secondFailure)).toMatchObject(expected);
    });

    it('shows the lines that a failure comes from, at the commits of its run', async () => {
      await add('us');
      await submit('us', ['A', 'B']);
      const { id, record } = await start(['A', 'B']);
      const commit = { id: 'c0ffee'.padEnd(40, '0'), subject: 'Test the cart' };
      const repository = 'git@github.com:acme/tests.git';
      await record.commit(commit, [{ ...commit, name: 'module', target: 'app/code/Acme', repository }]);
      const file = 'app/code/Acme/Test/A.xml';
      const place = {
        test: { file, line: 3 },
        step: {
          ...{ file: 'vendor/cart/Open.xml', line: 4, stepKey: 'clickOpen' },
          call: { file, line: 9, actionGroup: 'Open', stepKey: 'open' },
        },
      };
      await record.result({ ...newResult('A', 'failed'), place });
      await record.result({ ...newResult('B', 'failed'), place: { test: { file, line: 3 } } });
      const inModule = { file, path: 'Test/A.xml', commit: commit.id };
      const link = `https://github.com/acme/tests/blob/${commit.id}/Test/A.xml`;
      const test = { ...inModule, line: 3, url: `${link}#L3` };
      const call = { ...inModule, line: 9, url: `${link}#L9`, actionGroup: 'Open', stepKey: 'open' };
      expect((await results(id)).tests.map(({ failure }) => failure?.place)).toEqual([
        { test, suite: null, step: { ...place.step, path: null, commit: null, url: null, call } },
        { test, suite: null, step: null },
      ]);
      expect((await server.ask('GET', `/api/runs/${id}/sources`)).body.sources).toEqual([
        { test: 'A', suite: null, path: file, line: 9 },
        { test: 'B', suite: null, path: file, line: 3 },
      ]);
    });

    it('shows each test of a run as waiting, running, done or retried, with causes', async () => {
      await add('us');
      await execute('us', 'B', { durationMs: 3_000 });
      await submit('us', ['A', 'B', 'C', 'D', 'E']);
      const { id, record } = await start(['A', 'B', 'C', 'D', 'E']);
      await record.result({ ...newResult('A', 'failed'), message: 'No # 1' });
      await record.result({ ...newResult('C', 'failed'), message: 'No # 2' });
      const reason = { code: 'RESULT_MISSING', message: 'There is none.' } as const;
      await record.result({ ...newResult('E', 'broken'), message: undefined, reason });
      await record.testStarted({ name: 'D', suite: undefined });
      const view = await results(id);
      expect(view.tests.map(({ position, test, status }) => [position, test, status])).toEqual([
        [1, 'A', 'failed'],
        [2, 'B', 'waiting'],
        [3, 'C', 'failed'],
        [4, 'D', 'running'],
        [5, 'E', 'broken'],
      ]);
      expect(view.counts).toEqual({
        planned: 5,
        passed: 0,
        failed: 2,
        broken: 1,
        skipped: 0,
        running: 1,
        waiting: 1,
        quarantined: 0,
        flaky: 0,
      });
      expect(view.tests[1]).toMatchObject({ usualMs: 3_000, history: '.', durationMs: null, failure: null });
      expect(view.causes).toMatchObject([
        { message: 'No # 1', status: 'failed', tests: [{ test: 'A' }, { test: 'C' }] },
        { cause: 'RESULT_MISSING', message: 'There is none.', status: 'broken', tests: [{ test: 'E' }] },
      ]);
      expect((await server.ask('GET', '/api/runs/999/results')).body.code).toBe('RUN_UNKNOWN');
    });

    pageStepsConformance(() => ({ server, context }), { add, execute, fails });
    pageChangesConformance(() => ({ server, context }), { add, overview }, kind);

    it('shows where a running run can be watched live', async () => {
      await add('us');
      const id = await submit('us', ['A']);
      const views = async () => (await server.ask('GET', `/api/runs/${id}/live`)).body;
      expect(await views()).toEqual({ configured: true, views: [] });
      const { finish } = await start(['A']);
      expect((await views()).views).toEqual([{ url: `http://grid:7900/us/?run=${id}`, session: null }]);
      await finish();
      expect((await views()).views).toEqual([]);
    });

    it('shows the history of a test on all environments', async () => {
      for (const code of ['us', 'es']) await add(code);
      const ids = [
        await execute('us', 'A', { durationMs: 100 }),
        await execute('es', 'A', { durationMs: 300 }),
        await execute('us', 'A', { ...fails('no'), durationMs: 200 }),
      ];
      const history = async (query = ''): Promise<TestHistoryView> =>
        (await server.ask('GET', `/api/tests/A/history${query}`)).body;
      const view = await history();
      // One commit: the first results at it are in the same column.
      expect(
        view.rows.map(({ environment, cells }) => [environment, cells.map((cell) => cell?.run ?? null)]),
      ).toEqual([
        ['es', [ids[1], null]],
        ['us', [ids[0], ids[2]]],
      ]);
      expect(view.columns).toHaveLength(2);
      expect(view.columns[0]).toMatchObject({ commit: { subject: 'Test the cart' }, p50Ms: 300 });
      expect(view).toMatchObject({ test: 'A', suite: null, suites: [null], results: 3, flakiness: 1 });
      expect(view.passRate).toBeCloseTo(2 / 3);
      expect(view.rows[1]).toMatchObject({ passRate: 0.5, flakiness: 1, results: 2 });
      expect(view.rows[1]?.cells[1]).toMatchObject({ status: 'failed', message: 'no', durationMs: 200 });
      expect((await history('?runs=1')).rows[0]?.cells.map((cell) => cell?.run)).toEqual([ids[2]]);
      expect(await history('?suite=S')).toMatchObject({ results: 0, rows: [], columns: [], passRate: null });
    });
  });
}
