import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Fault } from '../../src/faults/fault.ts';
import { createRetention } from '../../src/store/tables/retention/retention.ts';
import { removeOld } from '../../src/worker/retention.ts';
import { startTestServer, type TestServer } from '../support/app.ts';
import { cliHere } from '../support/cli.ts';
import { namedRunner } from '../support/runner.ts';
import { waitFor } from '../support/wait-for.ts';

/** Three of these bytes are one character. */
const log = Buffer.from('ab€cd\n');

async function resolveSelection({ tests }: { tests: string[] }) {
  if (tests.includes('Unknwon')) {
    throw new Fault('SELECTION_UNKNOWN', 'There is no test Unknwon. Did you mean Unknown?');
  }
  return tests.includes('Empty') ? [] : undefined;
}

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({
    // Deliberately broken tests are not retried.
    settings: { MATRE_RETRIES: '0' },
    parts: { runner: namedRunner, resolveSelection },
  });
  const shop = { baseUrl: 'https://example.com', adminUsername: 'admin' };
  for (const code of ['us', 'es', 'held']) await server.ask('POST', '/api/environments', { code, ...shop });
  await server.ask('POST', '/api/environments/held/pause', { reason: 'so that runs stay in the queue' });
  await server.app.startWorkers();
});
afterAll(() => server.close());

const submit = (environments: string[], tests: string[], more: object = {}) =>
  server.ask('POST', '/api/runs', { environments, selection: { tests }, ...more });

const everything = { environments: ['us'], selection: { all: true } };

const finished = (id: number) =>
  waitFor(async () => {
    const { body } = await server.ask('GET', `/api/runs/${id}`);
    return body.run.state === 'finished' ? body : undefined;
  });

describe('runs over HTTP', () => {
  it('are submitted for several environments at once, executed, and shown with their events', async () => {
    const { body } = await submit(['us', 'es', 'us'], ['PassHome', 'FailCart', 'SkipTax'], {
      requestedBy: 'a test',
    });
    expect(body.runs).toMatchObject([
      {
        environment: 'us',
        state: 'queued',
        requestedBy: 'a test',
        summary: 'tests PassHome, FailCart, SkipTax',
      },
      { environment: 'es', state: 'queued' },
    ]);
    const record = await finished(body.runs[0].id);
    expect(record.run).toMatchObject({
      verdict: 'failed',
      phase: null,
      counts: { planned: 3, passed: 1, failed: 1, broken: 0, skipped: 1, flaky: 0, quarantined: 0 },
      commit: { subject: 'Test the cart' },
    });
    expect(record.plan.map(({ test, status }: never) => [test, status])).toEqual([
      ['PassHome', 'passed'],
      ['FailCart', 'failed'],
      ['SkipTax', 'skipped'],
    ]);
    expect(record.results[1]).toMatchObject({ message: 'Element "#cart" was not found.', durationMs: 1200 });
    expect(record.attempts).toMatchObject([{ attempt: 1, outcome: 'finished' }]);
    const listed = await server.ask('GET', '/api/runs?environment=es&limit=1');
    expect(listed.body.runs).toMatchObject([{ id: body.runs[1].id }]);
    const failed = await server.ask('GET', '/api/runs?environment=us&verdict=failed');
    expect(failed.body.runs.map(({ id }: { id: number }) => id)).toEqual([body.runs[0].id]);
    const passed = await server.ask('GET', '/api/runs?environment=us&verdict=passed');
    expect(passed.body.runs).toEqual([]);
  });

  it('are retried as another attempt with the tests that did not succeed, or as a new run', async () => {
    const { body } = await submit(['us'], ['PassHome', 'FailCart', 'BrokenTax']);
    const [{ id }] = body.runs;
    await finished(id);
    const whole = await server.ask('POST', `/api/runs/${id}/retry`, {});
    expect(whole.body).toMatchObject({ retryOf: id, summary: 'tests PassHome, FailCart, BrokenTax' });
    const anew = await server.ask('POST', `/api/runs/${id}/retry`, { failedOnly: true, newRun: true });
    expect(anew.body).toMatchObject({ retryOf: id, summary: 'tests FailCart, BrokenTax' });
    const failed = await server.ask('POST', `/api/runs/${id}/retry`, { failedOnly: true });
    expect(failed.body).toMatchObject({ id, retryOf: null, state: 'queued', attempt: 1, retriedAfter: 1 });
    const twice = await server.ask('POST', `/api/runs/${id}/retry`, { failedOnly: true });
    expect(twice.body).toMatchObject({ status: 409, code: 'RUN_NOT_FINISHED' });
    const record = await finished(id);
    expect(record.attempts).toMatchObject([{ attempt: 1 }, { attempt: 2 }]);
    expect(record.results.map(({ attempt }: { attempt: number }) => attempt)).toEqual([1, 2, 2]);
    expect(record.events).toMatchObject([{ code: 'RETRIED_BY_USER' }]);
    const passed = await submit(['us'], ['PassHome']);
    await finished(passed.body.runs[0].id);
    const nothing = await server.ask('POST', `/api/runs/${passed.body.runs[0].id}/retry`, {
      failedOnly: true,
    });
    expect(nothing.body).toMatchObject({ status: 400, code: 'NOTHING_TO_RETRY' });
  });

  it('retry failed tests as their options say; one that passes then is flaky', async () => {
    const tests = ['PassHome', 'FlakyCart', 'FailTax'];
    const options = { retryFailed: 1, failedFirst: true };
    const { body } = await submit(['us'], tests, { options });
    const [{ id }] = body.runs;
    const record = await finished(id);
    expect(record.run).toMatchObject({
      verdict: 'failed',
      attempt: 2,
      options: { retryFailed: 1, failedFirst: true, maxFailures: null },
      counts: { planned: 3, passed: 2, failed: 1, broken: 0, skipped: 0, flaky: 1 },
    });
    expect(record.plan.map(({ test, flaky }: never) => [test, flaky])).toEqual([
      ...[
        ['PassHome', false],
        ['FlakyCart', true],
      ],
      ['FailTax', false],
    ]);
    const results = (await server.ask('GET', `/api/runs/${id}/results`)).body;
    expect(results.counts).toMatchObject({ passed: 2, failed: 1, flaky: 1 });
    expect(results.tests[1]).toMatchObject({
      flakyInRun: true,
      attempts: [{ attempt: 1, status: 'failed' }],
    });
    const { xml } = (await server.ask('GET', `/api/junit?ids=${id}`)).body;
    expect(xml.match(/<(flakyFailure|failure|rerunFailure)\b/g)).toEqual([
      ...['<flakyFailure', '<failure', '<rerunFailure'],
    ]);
  });

  it('show their position in the queue, and are cancelled there at once', async () => {
    const first = (await submit(['held'], ['PassA'])).body.runs[0].id;
    const second = (await submit(['held'], ['PassB'])).body.runs[0].id;
    const urgent = (await submit(['held'], ['PassC'], { priority: 5 })).body.runs[0].id;
    const position = async (id: number) =>
      (await server.ask('GET', `/api/runs/${id}/progress`)).body.position;
    expect([await position(urgent), await position(first), await position(second)]).toEqual([1, 2, 3]);
    const retry = await server.ask('POST', `/api/runs/${first}/retry`, {});
    expect(retry.body).toMatchObject({ status: 409, code: 'RUN_NOT_FINISHED' });
    const cancelled = await server.ask('POST', `/api/runs/${first}/cancel`);
    expect(cancelled.body).toMatchObject({ state: 'finished', verdict: 'cancelled' });
    const repeat = await server.ask('POST', `/api/runs/${first}/cancel`);
    expect(repeat.body).toMatchObject({ status: 409, code: 'RUN_FINISHED' });
    expect(await position(second)).toBe(2);
  });

  it('are cancelled while they run', async () => {
    const { body } = await submit(['es'], ['WaitForever']);
    const [{ id }] = body.runs;
    const progress = await waitFor(async () => {
      const answer = await server.ask('GET', `/api/runs/${id}/progress`);
      return answer.body.current === null ? undefined : answer.body;
    });
    expect(progress).toMatchObject({ current: { test: 'WaitForever' }, run: { phase: 'testing' } });
    await server.ask('POST', `/api/runs/${id}/cancel`);
    expect((await finished(id)).run.verdict).toBe('cancelled');
  });

  it('have an expected duration from earlier durations of their tests', async () => {
    await finished((await submit(['us'], ['PassTimed', 'PassTimedToo'])).body.runs[0].id);
    const { body } = await submit(['us'], ['WaitTimed', 'PassTimed', 'PassTimedToo', 'PassNever']);
    const [{ id }] = body.runs;
    const { msLeft } = await waitFor(async () => {
      const answer = await server.ask('GET', `/api/runs/${id}/progress`);
      return answer.body.current === null ? undefined : answer.body;
    });
    const { context } = server.app;
    const { id: us } = await context.environments.get('us');
    const { perTestMs = 0, afterMs = 0 } = (await context.durations.overheads([us])).get(us) ?? {};
    // Two that took 1.2 s, two that count as average ones, of which one has begun; and what runs took besides their tests so far.
    expect(msLeft).toBeGreaterThanOrEqual(3600);
    expect(msLeft).toBeLessThanOrEqual(Math.ceil(4800 + 4 * perTestMs + afterMs));
    await server.ask('POST', `/api/runs/${id}/cancel`);
    await finished(id);
  });

  it.each([
    ['no environment', { environments: [], selection: { all: true } }, 400, 'INPUT_INVALID'],
    [
      'an unknown environment',
      { environments: ['us', 'uss'], selection: { all: true } },
      404,
      'ENVIRONMENT_UNKNOWN',
    ],
    ['too many retries', { ...everything, options: { retryFailed: 11 } }, 400, 'INPUT_INVALID'],
    ['a limit of no failure', { ...everything, options: { maxFailures: 0 } }, 400, 'INPUT_INVALID'],
    ['an unknown option', { ...everything, options: { retries: 1 } }, 400, 'INPUT_INVALID'],
    ['no selection', { environments: ['us'] }, 400, 'INPUT_INVALID'],
    ['an empty selection', { environments: ['us'], selection: { exclude: ['A'] } }, 400, 'SELECTION_EMPTY'],
    [
      'a selection that covers nothing',
      { environments: ['us'], selection: { tests: ['Empty'] } },
      400,
      'SELECTION_EMPTY',
    ],
    [
      'an unknown test',
      { environments: ['us'], selection: { tests: ['Unknwon'] } },
      404,
      'SELECTION_UNKNOWN',
    ],
    [
      'an option in disguise',
      { environments: ['us'], selection: { tests: ['--force'] } },
      400,
      'INPUT_INVALID',
    ],
    ['a path as a test', { environments: ['us'], selection: { tests: ['../../x'] } }, 400, 'INPUT_INVALID'],
    ['shell characters', { environments: ['us'], selection: { tests: ['A;id'] } }, 400, 'INPUT_INVALID'],
    // The name of a group may have any printable character; it is never part of a command.
    ['a control character', { environments: ['us'], selection: { groups: ['a\nid'] } }, 400, 'INPUT_INVALID'],
    [
      'a pattern of every name',
      { environments: ['us'], selection: { patterns: ['**'] } },
      400,
      'INPUT_INVALID',
    ],
    [
      'a pattern without * and ?',
      { environments: ['us'], selection: { patterns: ['A'] } },
      400,
      'INPUT_INVALID',
    ],
    [
      'shell characters in a pattern',
      { environments: ['us'], selection: { patterns: ['A*;id'] } },
      400,
      'INPUT_INVALID',
    ],
    [
      'an unknown severity',
      { environments: ['us'], selection: { severities: ['HIGH'] } },
      400,
      'INPUT_INVALID',
    ],
    ['an unknown kind of name', { environments: ['us'], selection: { test: ['A'] } }, 400, 'INPUT_INVALID'],
    [
      'a huge priority',
      { environments: ['us'], selection: { all: true }, priority: 1e9 },
      400,
      'INPUT_INVALID',
    ],
  ])('are refused with %s, and none is queued', async (_what, input, status, code) => {
    const before = (await server.ask('GET', '/api/runs?limit=1')).body.runs[0]?.id;
    expect((await server.ask('POST', '/api/runs', input)).body).toMatchObject({ status, code });
    expect((await server.ask('GET', '/api/runs?limit=1')).body.runs[0]?.id).toBe(before);
  });

  it.each(['0', 'x', '1.5', '-1', '9'.repeat(20), '%00', '1%20OR%201'])(
    'refuse %j as a number',
    async (id) => {
      expect((await server.ask('GET', `/api/runs/${id}`)).body).toMatchObject({
        status: 400,
        code: 'INPUT_INVALID',
      });
    },
  );

  it('are for a commit, which their submission shows', async () => {
    const sha = 'c0ffee0123456789c0ffee0123456789c0ffee01';
    const argv = ['run', '-e', 'held', '--test', 'PassHome', '--json'];
    const commit = ['--commit-url', 'https://gitlab.example.com/acme/shop/-/merge_requests/7', '--sha', sha];
    const cliOptions = { settings: { MATRE_URL: server.url } };
    const submitted = await cliHere([...argv, ...commit], cliOptions);
    expect(submitted.stderr).toBe('');
    const { id, submissionId } = JSON.parse(submitted.stdout).runs[0];
    const { body } = await server.ask('GET', `/api/submissions/${submissionId}`);
    const project = 'https://gitlab.example.com/acme/shop';
    expect(body.commitLink).toEqual({
      forge: 'gitlab',
      project: 'acme/shop',
      sha,
      pullRequest: 7,
      url: `${project}/-/commit/${sha}`,
      pullRequestUrl: `${project}/-/merge_requests/7`,
    });
    const shown = await cliHere(['submission', String(submissionId)], cliOptions);
    expect(shown.stdout).toContain(`${project}/-/merge_requests/7`);
    await server.ask('POST', `/api/runs/${id}/cancel`);
    const retried = await server.ask('POST', `/api/runs/${id}/retry`, {});
    const other = await server.ask('GET', `/api/submissions/${retried.body.submissionId}`);
    expect(other.body.commitLink).toEqual(body.commitLink);
    const refused = await cliHere([...argv, ...commit.slice(0, 2)], cliOptions);
    expect([refused.code, refused.stderr]).toEqual([3, expect.stringContaining('names no commit')]);
  });

  it('are unknown when no run has the number', async () => {
    expect((await server.ask('GET', '/api/runs/4711')).body).toMatchObject({
      status: 404,
      code: 'RUN_UNKNOWN',
    });
    expect((await server.ask('POST', '/api/runs/4711/cancel')).body).toMatchObject({ code: 'RUN_UNKNOWN' });
  });
});

describe('the log of a run', () => {
  it('is read from an offset, in whole characters', async () => {
    const [{ id }] = (await submit(['us'], ['PassLog'])).body.runs;
    await finished(id);
    const writer = await server.app.context.artifacts.runLog(id);
    await new Promise<void>((resolve) => writer.end(log, resolve));
    const whole = await server.ask('GET', `/api/runs/${id}/log`);
    expect(whole.body).toEqual({ text: 'ab€cd\n', next: log.length, size: log.length, finished: true });
    const rest = await server.ask('GET', `/api/runs/${id}/log?from=5`);
    expect(rest.body).toEqual({ text: 'cd\n', next: log.length, size: log.length, finished: true });
    const end = await server.ask('GET', `/api/runs/${id}/log?from=${log.length}`);
    expect(end.body).toEqual({ text: '', next: log.length, size: log.length, finished: true });
  });
});

describe('artifacts', () => {
  it('of a shop are sandboxed downloads; images are shown inline', async () => {
    const [{ id }] = (await submit(['us'], ['PassFiles'])).body.runs;
    const { artifacts } = server.app.context;
    await artifacts.write(id, "tests/it's.html", '<script>alert(1)</script>');
    await artifacts.write(id, 'fail.png', Buffer.alloc(10));
    const listed = await server.ask('GET', `/api/runs/${id}/artifacts`);
    expect(listed.body.artifacts).toEqual([
      { path: 'fail.png', size: 10 },
      { path: "tests/it's.html", size: 25 },
    ]);
    const page = await server.ask('GET', `/api/runs/${id}/artifacts/tests/it's.html`);
    expect(page.status).toBe(200);
    expect(page.headers.get('content-type')).toBe('application/octet-stream');
    expect(page.headers.get('content-disposition')).toBe("attachment; filename*=UTF-8''it%27s.html");
    expect(page.headers.get('content-security-policy')).toContain('sandbox');
    expect(page.headers.get('x-content-type-options')).toBe('nosniff');
    const picture = await server.ask('GET', `/api/runs/${id}/artifacts/fail.png`);
    expect(picture.headers.get('content-type')).toBe('image/png');
    expect(picture.headers.get('content-disposition')).toBe('inline');
  });

  it('that retention removed are reported as removed at every address', async () => {
    const { id } = (await submit(['us'], ['OldTest'])).body.runs[0];
    await finished(id);
    const { database, artifacts, messages } = server.app.context;
    await artifacts.write(id, 'fail.png', 'x');
    await database.query(
      `UPDATE run SET finished_at = now() - interval '100 days', queued_at = now() - interval '101 days' WHERE id = $1`,
      [id],
    );
    const cliOptions = { settings: { MATRE_URL: server.url } };
    const pinned = await cliHere(['pin', String(id), '--reason', 'the audit'], cliOptions);
    expect(pinned.stdout).toBe(`Run ${id} was pinned: the audit\n`);
    const limits = {
      ...{ filesMs: 90 * 86_400_000, maxFilesBytes: 0, runsMs: 0, maxResults: 0, auditMs: 0, maxAudit: 0 },
      ...{ notesMs: 0, messagesMs: 0, maxMessages: 0 },
    };
    const retention = createRetention({ database });
    const remove = () =>
      removeOld({ artifacts, database, retention, messages, limits }, new AbortController().signal);
    expect(await remove()).toMatchObject({ files: 0 });
    const shown = await cliHere(['retention', '--dry-run', '--keep-runs', '90'], cliOptions);
    expect(shown.stdout).toContain('1 run beyond the limits stays: pinned.');
    expect((await cliHere(['retention'], cliOptions)).code).toBe(3);
    await cliHere(['unpin', String(id)], cliOptions);
    expect(await remove()).toMatchObject({ files: 1 });
    for (const path of ['artifacts/fail.png', 'artifacts', 'log', 'log/stream', 'steps?test=OldTest']) {
      const { status, body } = await server.ask('GET', `/api/runs/${id}/${path}`);
      expect([path, status, body.code]).toEqual([path, 410, 'FILES_REMOVED']);
    }
    const { body } = await server.ask('GET', `/api/runs/${id}`);
    expect(body.run).toMatchObject({ verdict: 'passed', counts: { passed: 1 } });
    expect(Date.parse(body.run.filesRemovedAt)).toBeGreaterThan(0);

    expect((await cliHere(['show', String(id)], cliOptions)).stdout).toMatch(
      /Files +removed .*, after the retention time/,
    );
    const { code, stderr } = await cliHere(['log', String(id)], cliOptions);
    expect([code, stderr]).toEqual([3, expect.stringContaining('FILES_REMOVED')]);
  });

  it('do not leave the folder of their run', async () => {
    const [{ id }] = (await submit(['us'], ['PassOutside'])).body.runs;
    const answer = await server.ask('GET', `/api/runs/${id}/artifacts/..%2f..%2fsecret.key`);
    expect(answer.body).toMatchObject({ status: 400, code: 'PATH_OUTSIDE' });
    const none = await server.ask('GET', `/api/runs/${id}/artifacts/none.txt`);
    expect(none.body).toMatchObject({ status: 404, code: 'NOT_FOUND' });
  });
});

describe('live events', () => {
  it('name changed runs', async () => {
    const stop = new AbortController();
    const response = await fetch(`${server.url}/api/events`, { signal: stop.signal });
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    let eventText = '';
    const listening = (async () => {
      for await (const chunk of response.body ?? []) eventText += Buffer.from(chunk).toString();
    })().catch(() => undefined);
    await waitFor(() => eventText.includes('event: reload\n'));
    const [{ id }] = (await submit(['us'], ['PassHeard'])).body.runs;
    await waitFor(() => eventText.includes(`event: run\ndata: ${id}\n\n`));
    stop.abort();
    await listening;
  });
});
