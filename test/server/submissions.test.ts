import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { causeOf } from '../../src/model/failure.ts';
import type { MatrixView } from '../../src/operations/submissions/matrix-view.ts';
import type { SubmissionView } from '../../src/operations/submissions/submission-view.ts';
import type { Runner } from '../../src/worker/runner.ts';
import { startTestServer, type TestServer } from '../support/app.ts';
import { cliHere } from '../support/cli.ts';
import { kinds } from '../support/database.ts';
import { sharedPostgres } from '../support/postgres.ts';
import { startRedis } from '../support/redis.ts';
import { newResult } from '../support/samples.ts';
import { waitFor } from '../support/wait-for.ts';

const tests = ['A', 'B', 'C', 'D'];
const total = (actual: string) =>
  `Failed asserting that two strings are equal.\n--- Expected\n+++ Actual\n@@ @@\n-'47,19 €'\n+'${actual}'`;

describe.each(kinds)('submissions on %s', (kind) => {
  let server: TestServer;
  const closers: (() => Promise<void>)[] = [];
  /** What the next runs record, by environment and test: the message of a failure, or a status. */
  let outcomes: Record<string, Record<string, string>> = {};
  let commit = 'a'.repeat(40);

  const runner: Runner = async ({ run, record }) => {
    await record.commit({ id: commit, subject: `Commit ${commit[0]}` });
    await record.plan(run.selection.tests.map((name) => ({ name, suite: undefined })));
    for (const name of run.selection.tests) {
      const outcome = outcomes[run.environmentCode]?.[name] ?? 'passed';
      const status = outcome === 'passed' || outcome === 'skipped' ? outcome : 'failed';
      await record.result({ ...newResult(name, status), message: status === 'failed' ? outcome : undefined });
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
      parts: {
        runner,
        resolveSelection: async () => undefined,
        commitRange: async ({ to }) => ({
          commits: [{ id: to, subject: 'Round totals', author: 'Ann', at: new Date('2026-05-01T10:00:00Z') }],
          more: false,
        }),
      },
    });
    const shop = { baseUrl: 'https://example.com', adminUsername: 'admin' };
    for (const code of ['us', 'es']) await server.ask('POST', '/api/environments', { code, ...shop });
    const schedule = { name: 'nightly', cron: '0 2 1 1 *', environments: ['us', 'es'], selection: { tests } };
    await server.ask('POST', '/api/schedules', schedule);
    await server.app.startWorkers();
  });
  afterAll(async () => {
    await server?.close();
    for (const close of closers) await close();
  });
  beforeEach(() => {
    outcomes = {};
    commit = 'a'.repeat(40);
  });

  const get = async (path: string) => (await server.ask('GET', path)).body;
  /** Fires the schedule, and returns its submission when it is finished. */
  const night = async (): Promise<SubmissionView> => {
    const { body } = await server.ask('POST', '/api/schedules/nightly/fire', {});
    const { run } = await get(`/api/runs/${body.runs[0].id}`);
    await waitFor(async () => {
      const { submissions } = await get('/api/submissions?finished=true&limit=1');
      return submissions[0]?.id === run.submissionId;
    });
    return get(`/api/submissions/${run.submissionId}`);
  };

  it('have no latest one before the first is finished', async () => {
    expect(await get('/api/schedules/nightly/latest')).toMatchObject({ code: 'SUBMISSION_NOT_FINISHED' });
    expect(await get('/api/schedules/daily/latest')).toMatchObject({ code: 'SCHEDULE_UNKNOWN' });
    expect(await get('/api/submissions/99')).toMatchObject({ code: 'SUBMISSION_UNKNOWN' });
  });

  it('say what is new, known and fixed since the one before, and where', async () => {
    outcomes = { es: { C: total('39,00 €') } };
    const first = await night();
    expect(first).toMatchObject({ reference: null, verdict: 'failed', classes: { new: 0, other: 1 } });
    outcomes = { us: { A: 'No element', B: total('39,00 €') }, es: { A: 'No element', D: 'skipped' } };
    const second = await night();
    expect(second).toMatchObject({
      name: 'nightly',
      schedule: 'nightly',
      verdict: 'failed',
      environments: ['es', 'us'],
      counts: { planned: 8, passed: 4, failed: 3, skipped: 1 },
      classes: { new: 2, known: 0, fixed: 1, flaky: 0, slower: 0, broken: 0, other: 0 },
      reference: { id: first.id, verdict: 'failed' },
      previous: first.id,
      next: null,
    });
    expect(second.runs).toMatchObject([
      { environment: 'es', verdict: 'failed', classes: { new: 1, fixed: 1 } },
      { environment: 'us', verdict: 'failed', classes: { new: 2, fixed: 0 } },
    ]);
    expect(await get('/api/schedules/nightly/latest')).toEqual(second);
    expect(await get(`/api/submissions/${first.id}`)).toMatchObject({ next: second.id });
  });

  it('have a matrix with the tests that failed, differ or have a class, and their causes', async () => {
    const { id, runs } = await get('/api/schedules/nightly/latest');
    const matrix: MatrixView = await get(`/api/submissions/${id}/matrix`);
    expect(matrix).toMatchObject({ environments: ['es', 'us'], tests: 4 });
    expect(
      matrix.rows.map(({ test, cells }) => [
        test,
        ...cells.map((cell) => cell && `${cell.outcome} ${cell.classes}`.trim()),
      ]),
    ).toEqual([
      ['A', 'failed new', 'failed new'],
      ['B', 'passed', 'failed new'],
      ['C', 'passed fixed', 'passed'],
      ['D', 'skipped', 'passed'],
    ]);
    expect(matrix.rows[0]?.cells[0]?.run).toBe(runs[0].id);
    expect(matrix.causes).toMatchObject([
      { message: 'No element', values: [], tests: 1, environments: ['es', 'us'], since: { submission: id } },
      {
        values: ["- '47,19 €'  + '39,00 €'"],
        tests: 1,
        environments: ['us'],
        since: { submission: expect.toSatisfy((first: number) => first < id) },
      },
    ]);
    await night();
    outcomes = { us: { B: total('12,00 €'), A: total('39,00 €') } };
    const latest = await night();
    const all: MatrixView = await get(`/api/submissions/${latest.id}/matrix?rows=all`);
    expect(all.rows.map(({ test }) => test)).toEqual(tests);
    expect(all.causes).toMatchObject([
      { values: ["- '47,19 €'  + '12,00 €'", "- '47,19 €'  + '39,00 €'"], tests: 2 },
    ]);
    expect(latest).toMatchObject({ commits: { from: commit, to: commit, commits: [], more: false } });
    const fewer: MatrixView = await get(`/api/submissions/${latest.id}/matrix`);
    expect(fewer.rows.map(({ test }) => test)).toEqual(['A', 'B']);
  });

  it('answer what is new since which commit on the command line', async () => {
    const cli = (...args: string[]) =>
      cliHere(args, { settings: { MATRE_URL: server.url, MATRE_DATA: server.folder } });
    outcomes = { es: { A: total('39,00 €') }, us: { C: 'No element' } };
    commit = 'b'.repeat(40);
    const before = await get('/api/schedules/nightly/latest');
    const { id } = await night();
    const note = { kind: 'product', owner: 'Ann', note: 'since the rework' };
    await server.ask('PUT', `/api/causes/${causeOf('No element')}/note`, note);
    const { stdout, code } = await cli('submission', '--schedule', 'nightly', '--latest');
    expect(code).toBe(0);
    expect(stdout).toContain(`Submission     ${id}, nightly`);
    expect(stdout).toContain(
      '2 new, 0 other failures, 2 fixed, 0 known, 2 flaky, 0 slower than usual, 0 broken',
    );
    expect(stdout).toContain(`1 commit since submission ${before.id}:\n  bbbbbbbb  Round totals (Ann, `);
    expect(stdout).toMatch(
      /New failures \(2 tests\):\n .*Expected '47,19 €', actual '39,00 €'.*\n +cause [0-9a-f]{16}, first seen .+\n +A +es\n/,
    );
    expect(stdout).toContain('    the shop is at fault (Ann): since the rework\n    C  us\n');
    expect(stdout).toMatch(/Fixed \(2 tests\):\nTEST .*\nA +us *\nB +us/);
    const json = JSON.parse((await cli('submission', String(id), '--json')).stdout);
    expect(json).toMatchObject({
      id,
      tests: 4,
      rows: [{ test: 'A' }, { test: 'B' }, { test: 'C' }],
    });
    const list = await cli('submission', '--schedule', 'nightly');
    expect(list.stdout).toMatch(new RegExp(`^${id} +nightly +failed +2 +2 +0 +2 +0 +2`, 'm'));
    const unclear = await cli('submission', String(id), '--latest');
    expect(unclear).toMatchObject({ code: 3, stderr: expect.stringContaining('Name either a submission') });
    expect((await cli('submission', '999')).stderr).toContain('SUBMISSION_UNKNOWN');
  });
});
