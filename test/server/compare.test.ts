import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { causeOf } from '../../src/model/failure.ts';
import type { CompareView } from '../../src/operations/compare/compare-view.ts';
import type { NewResult } from '../../src/queue/recorder.ts';
import { startTestServer, type TestServer } from '../support/app.ts';
import { claimOne } from '../support/claim.ts';
import { cliHere } from '../support/cli.ts';
import { kinds } from '../support/database.ts';
import { sharedPostgres } from '../support/postgres.ts';
import { startRedis } from '../support/redis.ts';
import { newResult } from '../support/samples.ts';

const commits = {
  first: 'c0ffee'.padEnd(40, '0'),
  second: 'c0ffee'.padEnd(40, '1'),
  other: 'beef'.padEnd(40, '2'),
};

describe.each(kinds)('comparisons on %s', (kind) => {
  let server: TestServer;
  const closers: (() => Promise<void>)[] = [];

  beforeAll(async () => {
    const settings: Record<string, string> = {};
    if (kind === 'postgres') {
      const [postgres, redis] = await Promise.all([sharedPostgres({ schema: true }), startRedis()]);
      closers.push(postgres.drop, redis.stop);
      Object.assign(settings, { DATABASE_URL: postgres.url, LOCK_DSN: redis.url });
    }
    server = await startTestServer({ settings, parts: { resolveSelection: async () => undefined } });
    const shop = { baseUrl: 'https://example.com', adminUsername: 'admin' };
    for (const code of ['us', 'es', 'beef0001']) {
      await server.ask('POST', '/api/environments', { code, ...shop });
    }
  });
  afterAll(async () => {
    await server?.close();
    for (const close of closers) await close();
  });
  beforeEach(() => server.app.context.database.script('DELETE FROM run'));

  type Outcomes = Record<string, Partial<NewResult>>;
  const passed = (durationMs: number): Partial<NewResult> => ({ durationMs });
  const failed = (message: string): Partial<NewResult> => ({ status: 'failed', message });

  /** Submits runs of the same selection at once. */
  async function submit(environments: string[], selection: object = { tests: ['A'] }): Promise<number[]> {
    const { body } = await server.ask('POST', '/api/runs', { environments, selection });
    return body.runs.map(({ id }: { id: number }) => id);
  }
  /** Executes the next run of the queue. */
  async function execute(outcomes: Outcomes, commit: string = commits.first): Promise<number> {
    const { queue } = server.app.context;
    const claim = await claimOne(queue, 'host/1/1');
    if (!claim) throw new Error('nothing to claim');
    const record = queue.recorder(claim.run.id, claim.fence);
    await record.commit({ id: commit, subject: 'Test the cart' });
    await record.plan(Object.keys(outcomes).map((name) => ({ name, suite: undefined })));
    for (const [test, outcome] of Object.entries(outcomes)) {
      await record.result({ ...newResult(test, 'passed'), ...outcome });
    }
    const isFailed = Object.values(outcomes).some(({ status }) => status === 'failed');
    await queue.finish(claim.run.id, claim.fence, isFailed ? 'failed' : 'passed');
    return claim.run.id;
  }
  const run = async (environment: string, outcomes: Outcomes, commit?: string): Promise<number> => {
    await submit([environment]);
    return execute(outcomes, commit);
  };
  const ask = (a: string, b: string, more = '') =>
    server.ask('GET', `/api/compare?a=${encodeURIComponent(a)}&b=${encodeURIComponent(b)}${more}`);
  const compare = async (a: string, b: string): Promise<CompareView> => {
    const { status, body } = await ask(a, b);
    expect(status, JSON.stringify(body)).toBe(200);
    return body;
  };
  const rowsOf = ({ rows }: CompareView) =>
    rows.map(({ environment, test, difference }) => `${environment} ${test} ${difference}`);

  it('of two runs list the tests that differ, and how', async () => {
    const a = await run('us', {
      Mended: failed('No element #cart'),
      Same: passed(1_000),
      Slow: passed(10_000),
      Fails: passed(1_000),
      Cause: failed('No element #cart'),
      Gone: passed(1_000),
    });
    const b = await run('us', {
      Mended: passed(1_000),
      Same: passed(1_200),
      Slow: passed(30_000),
      Fails: failed('No element #total'),
      Cause: failed('No element #total'),
      New: passed(1_000),
    });
    const compared = await compare(`run:${a}`, String(b));
    expect(rowsOf(compared)).toEqual([
      'us Fails outcome',
      'us Mended outcome',
      'us Cause cause',
      'us Slow duration',
      'us Gone only-a',
      'us New only-b',
    ]);
    expect(compared).toMatchObject({
      a: { kind: 'run', name: String(a), runs: [{ id: a, environment: 'us' }] },
      counts: { common: 5, same: 1, outcome: 2, cause: 1, duration: 1, onlyA: 1, onlyB: 1 },
      durations: { tests: 2, aMs: 11_000, bMs: 31_200 },
      more: 0,
    });
    expect(compared.rows[0]).toMatchObject({
      a: { run: a, outcome: 'passed', cause: null },
      b: { run: b, outcome: 'failed', cause: expect.any(String) },
    });
    expect(compared.causes.map(({ message }) => message).sort()).toEqual([
      'No element #cart',
      'No element #total',
    ]);
    expect(await compare(`before:${b}`, `run:${b}`)).toMatchObject({
      a: { name: String(a) },
      counts: { same: 1 },
    });
    const { body: first } = await ask(`run:${a}`, `run:${b}`, '&limit=2');
    expect(first).toMatchObject({ rows: [{}, {}], more: 4 });
    expect((await compare(`run:${a}`, `run:${a}`)).rows).toEqual([]);
  });

  it('use the last attempt of each test, also in runs that were compared with their history', async () => {
    const a = await run('us', { A: failed('No element #cart'), B: passed(1_000) });
    const b = await run('us', { A: failed('No element #cart'), B: passed(1_000) });
    const { database } = server.app.context;
    await database.query(
      `UPDATE planned_test SET outcome = 'passed', duration_ms = 7, cause = NULL WHERE run_id = $1`,
      [b],
    );
    await database.query('UPDATE run SET compared_at = NULL WHERE id = $1', [b]);
    expect((await compare(String(a), String(b))).rows).toEqual([]);
    await database.query('UPDATE run SET compared_at = now() WHERE id = $1', [b]);
    const { rows } = await compare(String(a), String(b));
    expect(rows).toMatchObject([
      { test: 'A', difference: 'outcome', b: { outcome: 'passed', durationMs: 7 } },
    ]);
  });

  it('tell a test that failed and passed in a later attempt from one that passed', async () => {
    const a = await run('us', { A: passed(1), B: passed(1) });
    const b = await run('us', { A: passed(1), B: passed(1) });
    const { database } = server.app.context;
    await database.query(
      `INSERT INTO result (run_id, test, attempt, status, cause, started_at, duration_ms)
       VALUES ($1, 'B', 0, 'failed', 'c', now(), 5)`,
      [b],
    );
    const expected = [{ test: 'B', difference: 'outcome', b: { outcome: 'flaky', cause: null } }];
    expect((await compare(String(a), String(b))).rows).toMatchObject(expected);
    await database.query(
      `UPDATE planned_test SET outcome = 'passed', duration_ms = 1, flaky_in_run = (test = 'B' AND run_id = $1)`,
      [b],
    );
    await database.query('UPDATE run SET compared_at = now()');
    expect((await compare(String(a), String(b))).rows).toMatchObject(expected);
  });

  it('of two submissions compare their runs environment by environment', async () => {
    await submit(['us', 'es']);
    const a = [await execute({ A: passed(1) }), await execute({ A: passed(1) })];
    await submit(['es', 'us', 'beef0001']);
    const failing = { A: failed('No element #cart') };
    const b = [await execute(failing), await execute({ A: passed(1) })];
    const of = async (id: number) => {
      const [row] = await server.app.context.database.query<{ id: number }>(
        'SELECT submission_id AS id FROM run WHERE id = $1',
        [id],
      );
      return `submission:${row?.id}`;
    };
    const compared = await compare(await of(a[0] as number), await of(b[0] as number));
    expect(compared).toMatchObject({ counts: { common: 2, outcome: 1, same: 1 }, alone: { a: [], b: [] } });
    expect(compared.pairs).toHaveLength(2);
    expect(compared.b.unfinished).toHaveLength(1);
    expect(rowsOf(compared)).toEqual([expect.stringMatching(/^(us|es|beef0001) A outcome$/)]);
  });

  it('of two environments compare their newest finished runs, of two commits the newest of each environment', async () => {
    await run('us', { A: failed('old'), B: passed(1) });
    const us = await run('us', { A: passed(1), B: passed(1) });
    const es = await run('es', { A: failed('No element #cart'), B: passed(1) });
    const environments = await compare('us', 'environment:es');
    expect(environments).toMatchObject({ pairs: [{ a: us, b: es, common: 2 }] });
    expect(rowsOf(environments)).toEqual(['us A outcome']);

    await run('es', { A: passed(1), B: passed(1) }, commits.second);
    await run('beef0001', { A: passed(1) }, commits.second);
    const byCommit = await compare(`commit:${commits.first}`, commits.second);
    expect(rowsOf(byCommit)).toEqual(['es A outcome']);
    expect(byCommit.alone).toEqual({ a: ['us'], b: ['beef0001'] });
  });

  it('name what is unknown, ambiguous, unfinished or without common tests', async () => {
    const a = await run('us', { A: passed(1) });
    const b = await run('us', { B: passed(1) });
    const es = await run('es', { A: passed(1) }, commits.second);
    await run('es', { A: passed(1) }, commits.other);
    const [queued] = await submit(['us']);
    const codeAndText = async (one: string, other = `run:${a}`) => {
      const { status, body } = await ask(one, other);
      expect(status).toBeGreaterThanOrEqual(400);
      return `${body.code}: ${body.detail}`;
    };
    expect(await codeAndText('nightly')).toBe(
      'COMPARE_UNKNOWN: "nightly" is neither the number of a run, nor the code of an environment, nor the beginning of a commit with finished runs.',
    );
    expect(await codeAndText('run:999999')).toContain('RUN_UNKNOWN');
    expect(await codeAndText('run:twelve')).toBe('COMPARE_UNKNOWN: "twelve" is not the number of a run.');
    expect(await codeAndText('submission:999999')).toContain('SUBMISSION_UNKNOWN');
    expect(await codeAndText('environment:uss')).toContain('Did you mean us?');
    expect(await codeAndText('commit:c0ffee')).toBe(
      `COMPARE_AMBIGUOUS: Several commits begin with c0ffee: ${commits.first}, ${commits.second}.`,
    );
    expect(await codeAndText('commit:abcd')).toBe('COMPARE_UNKNOWN: No finished run has a commit abcd.');
    expect(await codeAndText('commit:%%')).toContain('COMPARE_UNKNOWN');
    expect(await codeAndText(`run:${queued}`)).toBe(
      `COMPARE_EMPTY: Run ${queued} is queued, so it cannot be compared yet.`,
    );
    expect(await codeAndText(`before:${a}`)).toContain(
      'COMPARE_EMPTY: There is no finished run on us before run',
    );
    expect(await codeAndText(String(b))).toBe(
      `COMPARE_NOTHING_IN_COMMON: run ${b} (us) and run ${a} (us) have no test in common.`,
    );
    expect((await ask(`run:${es}`, `run:${a}`)).status).toBe(200);
    expect((await ask('', `run:${a}`)).body.code).toBe('INPUT_INVALID');
    expect((await ask('x'.repeat(101), `run:${a}`)).body.code).toBe('INPUT_INVALID');
  });

  it('are ambiguous where a text is the code of an environment and the beginning of a commit', async () => {
    const a = await run('beef0001', { A: passed(1) }, `beef0001${commits.other.slice(8)}`);
    expect((await ask('beef0001', String(a))).body).toMatchObject({
      code: 'COMPARE_AMBIGUOUS',
      detail: expect.stringContaining('environment:beef0001 or commit:beef0001'),
    });
    expect((await ask('environment:beef0001', String(a))).status).toBe(200);
  });

  it('are printed by a command', async () => {
    const a = await run('us', { A: passed(1), B: failed('No element #cart') });
    const b = await run('us', { A: failed('No element #cart'), B: failed('No element #total') });
    const cli = (...args: string[]) =>
      cliHere(args, { settings: { MATRE_URL: server.url, MATRE_DATA: server.folder } });
    const note = { kind: 'product', owner: 'Ann', note: 'since the rework' };
    await server.ask('PUT', `/api/causes/${causeOf('No element #total')}/note`, note);
    const { code, stdout } = await cli('compare', String(a), String(b));
    expect(stdout).toContain('No element #total: the shop is at fault (Ann): since the rework');
    expect(code).toBe(0);
    expect(stdout).toContain('2 tests in common: 0 same, 1 with another outcome, 1 with another cause');
    expect(stdout).toMatch(/^outcome +passed +failed +A +No element #cart$/m);
    expect(stdout).toMatch(/^cause +failed +failed +B +No element #cart -> No element #total$/m);
    const json = JSON.parse((await cli('compare', String(a), String(b), '--json')).stdout);
    expect(json.counts).toMatchObject({ common: 2, outcome: 1, cause: 1 });
    expect(await cli('compare', String(a), 'nowhere')).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('COMPARE_UNKNOWN'),
    });
    expect((await cli('compare', String(a), 'uss')).stderr).toContain('Did you mean us?');
  });
});
