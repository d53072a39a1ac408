import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { importFileRuns } from '../../src/import/result-files/import-runs.ts';
import { readRuns } from '../../src/import/result-files/read-runs.ts';
import { matreItself } from '../../src/model/access.ts';
import { startTestServer, type TestServer } from '../support/app.ts';
import { namedRunner } from '../support/runner.ts';
import { waitFor } from '../support/wait-for.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ settings: { MATRE_RETRIES: '0' }, parts: { runner: namedRunner } });
  const shop = { baseUrl: 'https://example.com', adminUsername: 'admin' };
  await server.ask('POST', '/api/environments', { code: 'us', ...shop });
  await server.app.startWorkers();
});
afterAll(() => server.close());

async function execute(tests: string[]): Promise<number> {
  const submitted = await server.ask('POST', '/api/runs', { environments: ['us'], selection: { tests } });
  const id = submitted.body.runs[0].id as number;
  await waitFor(async () => {
    const { body } = await server.ask('GET', `/api/runs/${id}`);
    return body.run.state === 'finished' || undefined;
  });
  return id;
}

it('a report of Allure is a page with the history of the environment, in an origin of its own, and is made once', async () => {
  await execute(['PassHome', 'FailCart']);
  const ids = String(await execute(['FailCart', 'PassHome']));
  const { status, body } = await server.ask('POST', '/api/allure-reports', { ids });
  expect([status, body]).toEqual([
    200,
    { path: expect.stringMatching(/^\/api\/allure-reports\/\w{48}\/index\.html$/) },
  ]);
  expect((await server.ask('POST', '/api/allure-reports', { ids })).body).toEqual(body);

  const page = await fetch(`${server.url}${body.path}`);
  expect(page.headers.get('content-security-policy')).toMatch(/default-src 'none'.*; sandbox allow-scripts/);
  expect(await page.text()).not.toContain('googletagmanager');
  const outside = await fetch(`${server.url}${body.path.replace('index.html', '..%2f..%2fsecret-key')}`);
  expect(outside.status).toBeGreaterThanOrEqual(400);
  const other = await fetch(`${server.url}${body.path.replace(/\w{48}/, '0'.repeat(48))}`);
  expect(other.status).toBe(404);

  const folder = join(
    server.app.context.config.store.dataFolder,
    body.path.replace('/api/', '').replace('/index.html', ''),
  );
  const results = join(folder, 'data', 'test-results');
  const files = await Promise.all(
    (await readdir(results)).map((file) => readFile(join(results, file), 'utf8')),
  );
  const tests = files.map((text) => JSON.parse(text));
  expect(tests.map(({ name }) => name).sort()).toEqual(['FailCart', 'PassHome']);
  for (const { history } of tests) expect(history).toHaveLength(1);

  // What a test wrote has no scripts.
  await mkdir(join(folder, 'data', 'attachments'), { recursive: true });
  await writeFile(
    join(folder, 'data', 'attachments', 'a.html'),
    '<script>fetch("../../index.html")</script>',
  );
  for (const path of ['data/attachments/a.html', 'data%5Cattachments%5Ca.html']) {
    const { status, headers } = await fetch(`${server.url}${body.path.replace('index.html', path)}`);
    const policy = headers.get('content-security-policy');
    expect([status, policy]).toEqual([200, expect.stringMatching(/^default-src 'none'; .*; sandbox$/)]);
    expect(policy).not.toContain('script');
  }
});

it('a report has each run once, and of many long messages the beginnings', async () => {
  const results = Array.from({ length: 80 }, (_, index) => ({
    ...{ test: `Fail${index}`, suite: undefined, status: 'failed' as const, message: 'é'.repeat(65_536) },
    ...{ startedAt: new Date(index), durationMs: 1, files: [] },
  }));
  const runs = [{ name: 'long', digest: 'long', origins: [], results, folder: undefined }];
  const options = { runs, environment: 'us', dryRun: false, by: matreItself };
  const id = (await importFileRuns(server.app.context, options))[0]?.run;
  const rows = (await server.ask('GET', `/api/results?ids=${id},${id}`)).body.results;
  expect(rows).toHaveLength(80);
  const lengths = new Set(rows.map(({ message }: { message: string }) => message.length));
  expect([...lengths]).toEqual([Math.floor((4 * 1024 * 1024) / 80)]);
  const { xml } = (await server.ask('GET', `/api/junit?ids=${id},${id}`)).body;
  expect(xml.match(/<testsuite /g)).toHaveLength(1);
});

it('results of other tools become a past run with its files, once', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'matre-results-'));
  try {
    const start = Date.UTC(2026, 0, 1);
    const labels = [{ name: 'suite', value: 'Cart' }];
    const attachments = [{ name: 'Screenshot', source: 'a-attachment.png', type: 'image/png' }];
    const failed = { status: 'failed', statusDetails: { message: 'No \0 cart' }, start, stop: start + 1500 };
    await writeFile(
      join(folder, 'a-result.json'),
      JSON.stringify({ name: 'FailCart', ...failed, labels, attachments }),
    );
    const passed = { status: 'passed', start: start + 2000, stop: start + 3000 };
    await writeFile(join(folder, 'b-result.json'), JSON.stringify({ name: 'PassHome', ...passed }));
    await writeFile(join(folder, 'a-attachment.png'), 'picture');
    const runs = await readRuns(folder, { withoutFiles: false });
    const { context } = server.app;
    const options = { runs, environment: 'us', by: matreItself };
    expect(await importFileRuns(context, { ...options, dryRun: true })).toMatchObject([
      { run: undefined, isRepeated: false },
    ]);
    const [first] = await importFileRuns(context, { ...options, dryRun: false });
    const id = first?.run as number;
    expect(await importFileRuns(context, { ...options, dryRun: false })).toMatchObject([
      { run: id, isRepeated: true },
    ]);
    const shop = { baseUrl: 'https://example.com', adminUsername: 'admin' };
    await server.ask('POST', '/api/environments', { code: 'es', ...shop });
    const other = { ...options, environment: 'es', dryRun: false };
    expect(await importFileRuns(context, other)).toMatchObject([{ isRepeated: false }]);
    expect((await server.ask('GET', `/api/results?ids=${id}`)).body.results).toMatchObject([
      { test: 'FailCart', suite: 'Cart', status: 'failed', durationMs: 1500, message: 'No \ufffd cart' },
      { test: 'PassHome', suite: null, status: 'passed', startedAt: '2026-01-01T00:00:02.000Z' },
    ]);
    const { artifacts } = (await server.ask('GET', `/api/runs/${id}/artifacts`)).body;
    expect(artifacts).toEqual([{ path: 'imported/1-FailCart/1-a-attachment.png', size: 7 }]);
  } finally {
    await rm(folder, { recursive: true });
  }
});

it('JUnit files that come later are added to the run of their execution', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'matre-junit-'));
  const write = (file: string, minute: string, ...cases: string[]) =>
    writeFile(
      join(folder, file),
      `<testsuite timestamp="2026-02-01T02:${minute}:00Z">${cases.join('')}</testsuite>`,
    );
  const passed = (name: string) => `<testcase name="${name}" classname="Cart" time="60"/>`;
  const importAll = async (path = folder, dryRun = false) => {
    const runs = await readRuns(path, { withoutFiles: false });
    return importFileRuns(server.app.context, { runs, environment: 'us', dryRun, by: matreItself });
  };
  try {
    await write('a.xml', '00', passed('Adds'), passed('Removes'));
    const [first] = await importAll();
    await write(
      'b.xml',
      '10',
      `<testcase name="Pays" classname="Cart" time="60"><failure message="no"/></testcase>`,
    );
    const run = { run: first?.run, isRepeated: false, added: 1 };
    expect(await importAll(folder, true)).toMatchObject([run]);
    expect(await importAll()).toMatchObject([run]);
    for (const path of [folder, join(folder, 'a.xml'), join(folder, 'b.xml')]) {
      expect(await importAll(path)).toMatchObject([{ run: first?.run, isRepeated: true }]);
    }
    const { body } = await server.ask('GET', `/api/runs/${first?.run}`);
    expect(body.run).toMatchObject({
      ...{ verdict: 'failed', counts: { planned: 3, passed: 2, failed: 1 } },
      ...{ startedAt: '2026-02-01T02:00:00.000Z', finishedAt: '2026-02-01T02:11:00.000Z' },
    });
    const { results } = (await server.ask('GET', `/api/results?ids=${first?.run}`)).body;
    expect(results.map(({ test }: { test: string }) => test)).toEqual(['Adds', 'Removes', 'Pays']);
  } finally {
    await rm(folder, { recursive: true });
  }
});
