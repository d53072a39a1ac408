import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Context } from '../../src/operations/core/context.ts';
import type { OverviewView } from '../../src/operations/overview/overview-view.ts';
import type { RunResultsView } from '../../src/operations/results/results-view.ts';
import type { TestHistoryView } from '../../src/operations/tests/history-view.ts';
import type { NewResult } from '../../src/queue/recorder.ts';
import { startTestServer, type TestServer } from '../support/app.ts';
import { claimOne } from '../support/claim.ts';
import type { Kind } from '../support/database.ts';
import { sharedPostgres } from '../support/postgres.ts';
import { startRedis } from '../support/redis.ts';
import { newResult } from '../support/samples.ts';
import { waitFor } from '../support/wait-for.ts';

/** What the page is told, on either kind of database. Runs are executed here by hand, so that each moment can be looked at. */
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
        const [postgres, redis] = await Promise.all([sharedPostgres(), startRedis()]);
        closers.push(postgres.drop, redis.stop);
        Object.assign(settings, { DATABASE_URL: postgres.url, LOCK_DSN: redis.url });
      }
      // No engine is needed: what is told of containers is given.
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

    /** A whole run of one test. */
    async function execute(environment: string, test: string, result: Partial<NewResult>): Promise<number> {
      await submit(environment, [test]);
      const { id, record, finish } = await start([test]);
      await record.result({ ...newResult(test, 'passed'), ...result });
      await finish(result.status === 'failed' ? 'failed' : 'passed');
      return id;
    }
    const fails = (message: string): Partial<NewResult> => ({ status: 'failed', message });

    it('of nothing, tells that there is nothing', async () => {
      expect(await overview()).toMatchObject({
        lanes: [],
        queue: [],
        queued: { runs: 0, oldestMs: null },
        workers: { slots: 0, busy: 0, processes: 0, hosts: 0, lost: 0 },
        locks: { kind: kind === 'postgres' ? 'redis' : 'in-process', reachable: true, message: null },
        containers: { total: 0, healthy: 0, stale: 0 },
      });
    });

    it('what runs where, how far it is, and why the rest waits', async () => {
      for (const code of ['us', 'es', 'fr']) await add(code);
      await context.workers.register({ id: 'host/1', host: 'host', pid: 1, slots: 2 });
      // How long tests take is known from this.
      const before = await execute('us', 'A', { durationMs: 10_000 });
      await submit('us', ['A', 'B', 'A2', 'A3']);
      const running = await start(['A', 'B']);
      const behind = await submit('us', ['A']);
      const again = await submit('us', ['A']);
      await server.ask('POST', '/api/environments/es/pause', { reason: 'database copy' });
      const paused = await submit('es', ['A']);
      await running.record.result({ ...newResult('A', 'passed'), durationMs: 10_000 });
      await running.record.testStarted({ name: 'B', suite: undefined });

      const seen = await overview();
      expect(seen.lanes.map(({ code, queued }) => [code, queued])).toEqual([
        ['es', 1],
        ['fr', 0],
        ['us', 2],
      ]);
      const [es, fr, us] = seen.lanes;
      expect(fr).toMatchObject({ running: null, bars: [], more: false, paused: null });
      expect(es?.paused).toMatchObject({ reason: 'database copy' });
      expect(us?.running).toMatchObject({ id: running.id, done: 1, planned: 2, workerId: 'host/1/1' });
      expect(us?.running?.current).toMatchObject([{ test: 'B', suite: null }]);
      // B is taken for an average test of 10 s.
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
          summary: 'test A B A2 and 1 more',
          finishedAt: null,
        },
      ]);
      expect(seen.queue).toMatchObject([
        { id: behind, environment: 'us', position: 1, waits: { code: 'environment-busy', run: running.id } },
        { id: paused, environment: 'es', waits: { code: 'environment-paused' }, expectedStartAt: null },
        { id: again, position: 2, waits: { code: 'environment-busy' } },
      ]);
      // Runs of the same selection are known, also from elsewhere.
      for (const { expectedMs } of seen.queue) expect(expectedMs).toBeGreaterThanOrEqual(0);
      const [first, , second] = seen.queue.map(({ expectedStartAt }) => Date.parse(expectedStartAt ?? ''));
      expect(second).toBeGreaterThanOrEqual(first as number);
      expect(seen.workers).toEqual({ slots: 2, busy: 1, processes: 1, hosts: 1, lost: 0 });
      expect(seen.queued.runs).toBe(3);
      expect(seen.queued.oldestMs).toBeGreaterThanOrEqual(0);
    });

    it('only runs of the window', async () => {
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

    it('a run that waits goes to the front, and no other does', async () => {
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
      // Whoever is there already stays as it is.
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

    it('what a failure is: new, known or flaky, and which others have its cause', async () => {
      for (const code of ['us', 'es']) await add(code);
      const steps = (count: number, failed?: { title: string; number: number }) => ({
        steps: { count, failed },
      });
      await execute('us', 'A', steps(41));
      const broke = await execute('us', 'A', {
        ...fails('Order # 12 is missing'),
        ...steps(23, { title: 'see order', number: 23 }),
      });
      const elsewhere = await execute('es', 'A', fails('Order # 9 is missing'));
      const still = await execute('us', 'A', fails('Something else'));
      await execute('us', 'A', {});
      const salt = await execute('us', 'A', fails('Order # 77 is missing'));

      const failure = async (id: number) => (await results(id)).tests[0];
      expect(await failure(broke)).toMatchObject({
        status: 'failed',
        history: '.',
        flaky: false,
        failure: {
          classification: 'new',
          step: { title: 'see order', number: 23, of: 41 },
          sameCauseAs: [
            { id: salt, environment: 'us' },
            { id: elsewhere, environment: 'es' },
          ],
        },
      });
      expect(await failure(elsewhere)).toMatchObject({
        history: '',
        failure: { classification: null, step: null },
      });
      expect(await failure(still)).toMatchObject({
        history: '.x',
        failure: { classification: 'known', sameCauseAs: [] },
      });
      expect(await failure(salt)).toMatchObject({
        history: '.xx.',
        flaky: true,
        failure: { classification: 'flaky' },
      });
      expect((await results(salt)).counts).toMatchObject({ planned: 1, failed: 1, flaky: 1 });
    });

    it('each test of a run: waiting, running, done, tried again; and causes in it', async () => {
      await add('us');
      await execute('us', 'B', { durationMs: 3_000 });
      await submit('us', ['A', 'B', 'C', 'D', 'E']);
      const { id, record } = await start(['A', 'B', 'C', 'D', 'E']);
      await record.result({ ...newResult('A', 'failed'), message: 'No # 1' });
      await record.result({ ...newResult('C', 'failed'), message: 'No # 2' });
      const reason = { code: 'RESULT_MISSING', message: 'There is none.' } as const;
      await record.result({ ...newResult('E', 'broken'), message: undefined, reason });
      await record.testStarted({ name: 'D', suite: undefined });
      const seen = await results(id);
      expect(seen.tests.map(({ position, test, status }) => [position, test, status])).toEqual([
        [1, 'A', 'failed'],
        [2, 'B', 'waiting'],
        [3, 'C', 'failed'],
        [4, 'D', 'running'],
        [5, 'E', 'broken'],
      ]);
      expect(seen.counts).toEqual({
        planned: 5,
        passed: 0,
        failed: 2,
        broken: 1,
        skipped: 0,
        running: 1,
        waiting: 1,
        flaky: 0,
      });
      expect(seen.tests[1]).toMatchObject({ usualMs: 3_000, history: '.', durationMs: null, failure: null });
      expect(seen.causes).toMatchObject([
        { message: 'No # 1', status: 'failed', tests: [{ test: 'A' }, { test: 'C' }] },
        { cause: 'RESULT_MISSING', message: 'There is none.', status: 'broken', tests: [{ test: 'E' }] },
      ]);
      expect((await server.ask('GET', '/api/runs/999/results')).body.code).toBe('RUN_UNKNOWN');
    });

    it('the steps of a test, and nothing that is not there', async () => {
      await add('us');
      const stored = [
        {
          name: 'login',
          status: 'passed',
          durationMs: 5,
          steps: [
            {
              name: 'click',
              status: 'failed',
              durationMs: 3,
              steps: [],
              attachments: [{ name: 'Body', path: 'tests/b.txt' }],
            },
          ],
        },
      ];
      const attachments = [{ name: 'Steps', kind: 'steps' as const, path: 'tests/steps.json' }];
      const id = await execute('us', 'A', { ...fails('no'), attachments });
      const steps = (query: string) => server.ask('GET', `/api/runs/${id}/steps?${query}`);
      expect((await steps('test=A')).body.code).toBe('NOT_FOUND');
      await context.artifacts.write(id, 'tests/steps.json', JSON.stringify(stored));
      expect((await steps('test=A')).body).toEqual({
        test: 'A',
        suite: null,
        attempt: 1,
        more: false,
        // Files of earlier versions have no attachments.
        steps: [{ ...stored[0], attachments: [], steps: stored[0]?.steps }],
      });
      for (const query of ['test=B', 'test=A&suite=S', 'test=A&attempt=2']) {
        expect((await steps(query)).body.code).toBe('NOT_FOUND');
      }
      const many = Array.from({ length: 6_000 }, () => ({
        name: 's',
        status: 'passed',
        durationMs: 0,
        steps: [],
      }));
      await context.artifacts.write(id, 'tests/steps.json', JSON.stringify(many));
      const cut = (await steps('test=A')).body;
      expect([cut.steps.length, cut.more]).toEqual([5_000, true]);
      for (const damaged of ['{', '[{"name":1}]', '7']) {
        await context.artifacts.write(id, 'tests/steps.json', damaged);
        expect((await steps('test=A')).body.code).toBe('RESULT_UNREADABLE');
      }
    });

    it('what changes beside the runs is told: an environment, its variables and container, who executes runs', async () => {
      const { id } = (await add('us')).body;
      const stop = new AbortController();
      const response = await fetch(`${server.url}/api/events`, { signal: stop.signal });
      let heard = '';
      void (async () => {
        for await (const chunk of response.body ?? []) heard += Buffer.from(chunk).toString();
      })().catch(() => undefined);
      const describes = async (text: string, change: () => Promise<unknown>) => {
        await waitFor(() => heard.includes('reload'));
        heard = 'reload';
        await change();
        await waitFor(() => heard.includes(text));
      };
      const environment = `event: environment\ndata: ${id}\n`;
      await describes(environment, () =>
        server.ask('POST', '/api/environments/us/pause', { reason: 'copy' }),
      );
      expect((await overview()).lanes[0]?.paused?.reason).toBe('copy');
      await describes(environment, () => server.ask('POST', '/api/environments/us/resume', {}));
      await describes(environment, () =>
        server.ask('PUT', '/api/variables', { environment: 'us', variables: [{ name: 'A', value: '1' }] }),
      );
      await describes('event: environment\ndata:\n', () =>
        server.ask('PUT', '/api/variables', { variables: [{ name: 'A', value: '1' }] }),
      );
      const { workers } = context;
      await describes('event: workers\n', () => workers.register({ id: 'h/1', host: 'h', pid: 1, slots: 1 }));
      expect((await overview()).workers.slots).toBe(1);
      await describes('event: workers\n', () => workers.heartbeat('h/1', { stopping: true }));
      await describes('event: workers\n', () => workers.remove('h/1'));
      await describes(environment, () => server.ask('DELETE', '/api/environments/us'));
      stop.abort();
    });

    it('where a run can be watched while it runs', async () => {
      await add('us');
      const id = await submit('us', ['A']);
      const views = async () => (await server.ask('GET', `/api/runs/${id}/live`)).body;
      expect(await views()).toEqual({ configured: true, views: [] });
      const { finish } = await start(['A']);
      expect((await views()).views).toEqual([{ url: `http://grid:7900/us/?run=${id}`, session: null }]);
      await finish();
      expect((await views()).views).toEqual([]);
    });

    it('how a test went on all environments over time', async () => {
      for (const code of ['us', 'es']) await add(code);
      const ids = [
        await execute('us', 'A', { durationMs: 100 }),
        await execute('es', 'A', { durationMs: 300 }),
        await execute('us', 'A', { ...fails('no'), durationMs: 200 }),
      ];
      const history = async (query = ''): Promise<TestHistoryView> =>
        (await server.ask('GET', `/api/tests/A/history${query}`)).body;
      const seen = await history();
      // One commit: the first results at it stand under each other.
      expect(
        seen.rows.map(({ environment, cells }) => [environment, cells.map((cell) => cell?.run ?? null)]),
      ).toEqual([
        ['es', [ids[1], null]],
        ['us', [ids[0], ids[2]]],
      ]);
      expect(seen.columns).toHaveLength(2);
      expect(seen.columns[0]).toMatchObject({ commit: { subject: 'Test the cart' }, p50Ms: 300 });
      expect(seen).toMatchObject({ test: 'A', suite: null, suites: [null], results: 3, flakiness: 1 });
      expect(seen.passRate).toBeCloseTo(2 / 3);
      expect(seen.rows[1]).toMatchObject({ passRate: 0.5, flakiness: 1, results: 2 });
      expect(seen.rows[1]?.cells[1]).toMatchObject({ status: 'failed', message: 'no', durationMs: 200 });
      expect((await history('?runs=1')).rows[0]?.cells.map((cell) => cell?.run)).toEqual([ids[2]]);
      expect(await history('?suite=S')).toMatchObject({ results: 0, rows: [], columns: [], passRate: null });
    });
  });
}
