import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { QuarantineView } from '../../src/operations/triage/quarantine-view.ts';
import type { Runner } from '../../src/worker/runner.ts';
import { startTestServer, type TestServer } from '../support/app.ts';
import { cliHere } from '../support/cli.ts';
import { kinds } from '../support/database.ts';
import { sharedPostgres } from '../support/postgres.ts';
import { startRedis } from '../support/redis.ts';
import { newResult } from '../support/samples.ts';

const modal = 'The modal "cart" did not open within 30 seconds';
const total = "- '47,19'\n+ '39,00'";
const day = 24 * 3_600_000;
const inDays = (days: number) => new Date(Date.now() + days * day).toISOString();

describe.each(kinds)('quarantines on %s', (kind) => {
  let server: TestServer;
  const closers: (() => Promise<void>)[] = [];
  /** What the next runs record of each test: a message of a failure, or a status. */
  let outcomes: Record<string, string> = {};

  const runner: Runner = async ({ run, record }) => {
    await record.plan(run.selection.tests.map((name) => ({ name, suite: undefined })));
    for (const { test, done } of await record.planned()) {
      if (done) continue;
      const { name } = test;
      const outcome = outcomes[name] ?? 'passed';
      const status =
        outcome === 'passed' || outcome === 'broken' || outcome === 'skipped' ? outcome : 'failed';
      const message = status === 'passed' ? undefined : outcome;
      await record.result({ ...newResult(name, status), message });
    }
    return { kind: 'finished' };
  };

  beforeAll(async () => {
    const settings: Record<string, string> = {};
    if (kind === 'postgres') {
      const [postgres, redis] = await Promise.all([sharedPostgres({ schema: true }), startRedis()]);
      closers.push(postgres.drop, redis.stop);
      Object.assign(settings, { DATABASE_URL: postgres.url, LOCK_DSN: redis.url });
    }
    server = await startTestServer({
      settings,
      parts: { runner, resolveSelection: async () => undefined },
    });
    const shop = { baseUrl: 'https://example.com', adminUsername: 'admin' };
    for (const code of ['us', 'es']) await server.ask('POST', '/api/environments', { code, ...shop });
    await server.app.startWorkers();
  });
  afterAll(async () => {
    await server?.close();
    for (const close of closers) await close();
  });
  beforeEach(async () => {
    outcomes = {};
    await server.app.context.database.script('DELETE FROM run; DELETE FROM quarantine');
  });

  const cli = (...args: string[]) =>
    cliHere(args, { settings: { MATRE_URL: server.url, MATRE_DATA: server.folder } });

  /** Executes a run, and returns its number and how it ended. */
  async function execute(environment: string, tests: Record<string, string>) {
    outcomes = tests;
    const selection = { tests: Object.keys(tests) };
    const submitted = await server.ask('POST', '/api/runs', { environments: [environment], selection });
    const { id } = submitted.body.runs[0];
    const watched = await cli('watch', String(id), '--json');
    const { run } = (await server.ask('GET', `/api/runs/${id}/progress`)).body;
    return { id, exitCode: watched.code, verdict: run.verdict, counts: run.counts };
  }
  const add = (body: object) =>
    server.ask('POST', '/api/quarantines', { reason: 'waits for the modal', endsAt: inDays(14), ...body });
  const list = async (state = 'active'): Promise<QuarantineView[]> =>
    (await server.ask('GET', `/api/quarantines?state=${state}`)).body.quarantines;

  it('show a failure of a known cause without letting it decide, and a failure of another cause decides', async () => {
    expect(await execute('us', { CartTest: modal, LoginTest: 'passed' })).toMatchObject({
      verdict: 'failed',
      exitCode: 1,
    });
    const added = await add({ test: 'CartTest', environment: 'us', owner: 'ann' });
    expect(added.status).toBe(200);
    expect(added.body).toMatchObject({
      test: 'CartTest',
      suite: null,
      environment: 'us',
      owner: 'ann',
      active: true,
      causes: [{ message: modal }],
    });

    // The same cause with another number.
    const covered = await execute('us', { CartTest: modal.replace('30', '31'), LoginTest: 'passed' });
    expect(covered).toMatchObject({
      verdict: 'passed',
      exitCode: 0,
      counts: { planned: 2, passed: 1, failed: 1, quarantined: 1 },
    });
    const { body: results } = await server.ask('GET', `/api/runs/${covered.id}/results`);
    expect(results.counts).toMatchObject({ failed: 1, quarantined: 1 });
    expect(results.tests[0]).toMatchObject({
      status: 'failed',
      quarantine: {
        id: added.body.id,
        owner: 'ann',
        reason: 'waits for the modal',
        endsAt: added.body.endsAt,
      },
    });
    expect(results.tests[1].quarantine).toBeNull();
    const { body: junit } = await server.ask('GET', `/api/junit?ids=${covered.id}`);
    expect(junit.xml).toContain('failures="0"');
    expect(junit.xml).toContain('by ann: waits for the modal');
    expect((await cli('show', String(covered.id))).stdout).toMatch(/CartTest: quarantined until \S+ by ann/);

    expect(await execute('us', { CartTest: total })).toMatchObject({
      verdict: 'failed',
      exitCode: 1,
      counts: { failed: 1, quarantined: 0 },
    });
    expect(await execute('us', { CartTest: modal, LoginTest: 'No session' })).toMatchObject({
      verdict: 'failed',
      counts: { failed: 2, quarantined: 1 },
    });
    // Not on this environment.
    expect(await execute('es', { CartTest: modal })).toMatchObject({ verdict: 'failed' });
  });

  it('are applied to each attempt of a run: what a retry finds decides by its own cause', async () => {
    await execute('us', { CartTest: modal });
    await add({ test: 'CartTest' });
    const first = await execute('us', { CartTest: modal, LoginTest: 'No session' });
    expect(first).toMatchObject({ verdict: 'failed', counts: { failed: 2, quarantined: 1 } });
    const retry = async (tests: Record<string, string>) => {
      outcomes = tests;
      const { body } = await server.ask('POST', `/api/runs/${first.id}/retry`, { failedOnly: true });
      expect(body.id).toBe(first.id);
      await cli('watch', String(first.id), '--json');
      return (await server.ask('GET', `/api/runs/${first.id}/progress`)).body.run;
    };
    expect(await retry({ CartTest: total, LoginTest: 'passed' })).toMatchObject({
      verdict: 'failed',
      counts: { failed: 1, passed: 1, quarantined: 0, flaky: 1 },
    });
    expect(await retry({ CartTest: modal })).toMatchObject({
      verdict: 'passed',
      counts: { failed: 1, passed: 1, quarantined: 1 },
    });
  });

  it('never cover a broken test', async () => {
    await execute('us', { CartTest: modal });
    await add({ test: 'CartTest' });
    expect(await execute('us', { CartTest: modal, LoginTest: 'broken' })).toMatchObject({
      verdict: 'broken',
      exitCode: 2,
      counts: { failed: 1, quarantined: 1, broken: 1 },
    });
  });

  it('cover all environments, or one cause of several', async () => {
    await execute('us', { CartTest: modal });
    await execute('us', { CartTest: total });
    const { body: results } = await server.ask(
      'GET',
      `/api/runs/${(await execute('us', { CartTest: modal })).id}/results`,
    );
    const { cause } = results.causes[0];
    expect((await add({ test: 'CartTest', cause })).body).toMatchObject({
      environment: null,
      causes: [{ cause }],
    });
    expect(await execute('es', { CartTest: modal })).toMatchObject({ verdict: 'passed' });
    expect(await execute('es', { CartTest: total })).toMatchObject({ verdict: 'failed' });
  });

  it('end by hand or at their end, and judged runs keep their verdicts and counts', async () => {
    await execute('us', { CartTest: modal });
    const { body: first } = await add({ test: 'CartTest', environment: 'us' });
    const judged = await execute('us', { CartTest: modal });
    expect(await add({ test: 'CartTest', environment: 'us' })).toMatchObject({
      status: 409,
      body: { code: 'QUARANTINE_EXISTS' },
    });

    const ended = await server.ask('POST', `/api/quarantines/${first.id}/end`);
    expect(ended.body).toMatchObject({ id: first.id, active: false, endedAt: expect.any(String) });
    expect(await server.ask('POST', `/api/quarantines/${first.id}/end`)).toMatchObject({
      status: 409,
      body: { code: 'QUARANTINE_ENDED' },
    });
    expect(await execute('us', { CartTest: modal })).toMatchObject({
      verdict: 'failed',
      counts: { quarantined: 0 },
    });

    const { body: second } = await add({ test: 'CartTest', environment: 'us' });
    await server.app.context.database.query(
      `UPDATE quarantine SET created_at = now() - interval '2 days', ends_at = now() - interval '1 second' WHERE id = $1`,
      [second.id],
    );
    expect(await list()).toEqual([]);
    expect((await list('ended')).map(({ id }) => id)).toEqual([second.id, first.id]);
    expect(await execute('us', { CartTest: modal })).toMatchObject({ verdict: 'failed' });
    expect((await add({ test: 'CartTest', environment: 'us' })).status).toBe(200);

    const { run } = (await server.ask('GET', `/api/runs/${judged.id}/progress`)).body;
    expect(run).toMatchObject({ verdict: 'passed', counts: { failed: 1, quarantined: 1 } });
  });

  it('have another end, reason and owner after a change, and are refused when that is wrong or too late', async () => {
    await execute('us', { CartTest: modal });
    const { body } = await add({ test: 'CartTest', environment: 'us' });
    const address = `/api/quarantines/${body.id}`;
    const changed = await server.ask('PATCH', address, { owner: 'bob', endsAt: inDays(60) });
    expect(changed.body).toMatchObject({ id: body.id, owner: 'bob', reason: body.reason, active: true });
    expect((await server.ask('PATCH', address, { reason: 'SHOP-7' })).body).toMatchObject({
      ...{ owner: 'bob', reason: 'SHOP-7', endsAt: changed.body.endsAt },
    });
    const refused = [
      [{}, 'INPUT_INVALID'],
      [{ endsAt: inDays(91) }, 'QUARANTINE_END_INVALID'],
      [{ endsAt: inDays(-1) }, 'QUARANTINE_END_INVALID'],
    ] as const;
    for (const [change, code] of refused)
      expect((await server.ask('PATCH', address, change)).body).toMatchObject({ code });
    expect((await list())[0]).toMatchObject({ owner: 'bob', reason: 'SHOP-7' });
    await server.ask('POST', `${address}/end`);
    expect(await server.ask('PATCH', address, { owner: 'ann' })).toMatchObject({
      status: 409,
      body: { code: 'QUARANTINE_ENDED' },
    });
  });

  it('are refused with a code that says why, and nothing is written', async () => {
    await execute('us', { CartTest: modal, CleanTest: 'passed', SickTest: 'broken' });
    const { endsAt: _, ...withoutEnd } = { reason: 'x', test: 'CartTest', endsAt: '' };
    const codes = {
      'without an end': await server.ask('POST', '/api/quarantines', withoutEnd),
      'an end in the past': await add({ test: 'CartTest', endsAt: inDays(-1) }),
      'an end too far away': await add({ test: 'CartTest', endsAt: inDays(91) }),
      'an unknown test': await add({ test: 'CardTest' }),
      'a test that has no result there': await add({ test: 'CartTest', environment: 'es' }),
      'a test outside of its suite': await add({ test: 'Checkout:CartTest' }),
      'a cause that was never seen there': await add({ test: 'CartTest', cause: 'c0ffee0123456789' }),
      'a test that never failed': await add({ test: 'CleanTest' }),
      'a broken test': await add({ test: 'SickTest' }),
      'an unknown environment': await add({ test: 'CartTest', environment: 'fr' }),
    };
    expect(Object.fromEntries(Object.entries(codes).map(([what, { body }]) => [what, body.code]))).toEqual({
      'without an end': 'INPUT_INVALID',
      'an end in the past': 'QUARANTINE_END_INVALID',
      'an end too far away': 'QUARANTINE_END_INVALID',
      'an unknown test': 'TEST_NOT_RECORDED',
      'a test that has no result there': 'TEST_NOT_RECORDED',
      'a test outside of its suite': 'TEST_NOT_RECORDED',
      'a cause that was never seen there': 'CAUSE_UNKNOWN',
      'a test that never failed': 'CAUSE_UNKNOWN',
      'a broken test': 'QUARANTINE_BROKEN',
      'an unknown environment': 'ENVIRONMENT_UNKNOWN',
    });
    expect(codes['without an end'].body.detail).toContain('endsAt');
    expect(codes['a test outside of its suite'].body.detail).toContain('CartTest outside of suites');
    expect(await list()).toEqual([]);
  });

  it('added by two users at once are one quarantine', async () => {
    await execute('us', { CartTest: modal });
    const answers = await Promise.all([1, 2, 3].map(() => add({ test: 'CartTest' })));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409]);
    expect(await list()).toHaveLength(1);
  });

  it('are added, listed and ended by commands', async () => {
    await execute('us', { CartTest: modal });
    const added = await cli(
      'quarantine',
      'add',
      'CartTest',
      '-e',
      'us',
      '--until',
      '2w',
      '--reason',
      'SHOP-12',
      '--owner',
      'ann',
    );
    expect(added.stdout).toMatch(
      /^Quarantine \d+ was added: CartTest on us, 1 cause, until \d{4}-\d\d-\d\d.\n$/,
    );
    const id = /\d+/.exec(added.stdout)?.[0] ?? '';
    expect((await cli('quarantine', 'list')).stdout).toMatch(
      new RegExp(`^${id} +CartTest +us +\\S+ +ann +1 +SHOP-12`, 'm'),
    );
    expect((await cli('quarantine', 'end', id)).stdout).toBe(
      `Quarantine ${id} of CartTest was ended; its failures decide again.\n`,
    );
    expect((await cli('quarantine', 'list')).stdout).toBe('No test is quarantined.\n');
    const missing = await cli('quarantine', 'add', 'CartTest', '--reason', 'x');
    expect(missing).toMatchObject({ code: 3, stderr: expect.stringContaining('--until') });
  });
});
