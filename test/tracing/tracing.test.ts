import { pino } from 'pino';
import { afterEach, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../support/app.ts';
import { cliHere } from '../support/cli.ts';
import { quiet } from '../support/database.ts';
import { freePort } from '../support/redis.ts';
import { namedRunner } from '../support/runner.ts';
import { waitFor } from '../support/wait-for.ts';
import { startCollector, treeOf } from './collector.ts';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const traceId = '0af7651916cd43dd8448eb211c80319c';
const spanId = 'b7ad6b7169203331';

async function open(endpoint: string, settings: Record<string, string> = {}, log = quiet) {
  const server = await startTestServer({
    settings: { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, MATRE_RETRIES: '0', ...settings },
    parts: { runner: namedRunner },
    log,
  });
  closing.push(server.close);
  const environment = { code: 'a', baseUrl: 'http://127.0.0.1/', adminUsername: 'admin' };
  await server.ask('POST', '/api/environments', environment);
  await server.app.startWorkers();
  return server;
}

async function submit(
  { ask }: TestServer,
  tests: string[],
  headers?: Record<string, string>,
): Promise<number> {
  const { body } = await ask('POST', '/api/runs', { environments: ['a'], selection: { tests } }, headers);
  return body.runs[0].id;
}

const finished = ({ app }: TestServer, id: number) =>
  waitFor(async () => {
    const run = await app.context.runs.get(id);
    return run.state === 'finished' ? run : undefined;
  });

it('has a trace for each run, which continues the trace of the request', async () => {
  const collector = await startCollector();
  closing.push(collector.close);
  const server = await open(`${collector.url}/`, { OTEL_EXPORTER_OTLP_HEADERS: 'x-key=a%20secret' });
  const ids = [
    await submit(server, ['A', 'FailB'], { traceparent: `00-${traceId}-${spanId}-01` }),
    await submit(server, ['C'], { traceparent: `00-${traceId}-${spanId}-00` }),
    await submit(server, ['BrokenD'], { traceparent: 'nonsense' }),
  ];
  for (const id of ids) await finished(server, id);
  const { code } = await cliHere(['run', '--env', 'a', '--test', 'F', '--watch'], {
    settings: { MATRE_URL: server.url, USER: 'alice', TRACEPARENT: `00-${'c'.repeat(32)}-${spanId}-01` },
  });
  expect(code).toBe(0);
  const cancelled = await submit(server, ['WaitE']);
  await waitFor(async () =>
    (await server.app.context.plans.list(cancelled)).some(({ startedAt }) => startedAt),
  );
  await server.ask('POST', `/api/runs/${cancelled}/cancel`);
  await finished(server, cancelled);
  await server.app.stopWorkers({ now: false });
  const spans = collector.spans();
  const [byCommand] = spans.filter(({ attributes }) => attributes['matre.run.requested_by'] === 'cli');
  expect(byCommand).toMatchObject({ name: 'run', traceId: 'c'.repeat(32), parentSpanId: spanId });
  const ofRun = (index: number) =>
    spans.filter(({ attributes }) => attributes['matre.run.id'] === ids[index]);
  const requestSpans = spans.filter((span) => span.traceId === traceId);
  expect(treeOf(requestSpans)).toEqual([
    'run: failed',
    '  queued',
    '  attempt 1',
    '    generating',
    '    testing',
    '      test A',
    '        results',
    '      test FailB: failed',
    '        results',
    '    reporting',
  ]);
  expect(ofRun(0).find(({ name }) => name === 'run')?.parentSpanId).toBe(spanId);
  // The caller that began the trace does not record it.
  expect(ofRun(1)).toEqual([]);
  expect(ofRun(2).find(({ name }) => name === 'run')).toMatchObject({
    parentSpanId: undefined,
    attributes: { 'matre.run.verdict': 'broken', 'matre.run.attempts': 1, 'matre.run.requested_by': 'api' },
  });
  const last = spans.find(({ attributes }) => attributes['matre.run.id'] === cancelled);
  expect(treeOf(spans.filter((span) => span.traceId === last?.traceId))).toEqual([
    'run',
    '  queued',
    '  attempt 1: cancelled',
    '    generating',
    '    testing: cancelled',
    '      test WaitE: cancelled',
  ]);
  expect(collector.requests.every(({ headers }) => headers['x-key'] === 'a secret')).toBe(true);
  expect(collector.requests.every(({ path }) => path === '/v1/traces')).toBe(true);
});

it('does not affect a run when the collector is down, and logs this once', async () => {
  const lines: Record<string, unknown>[] = [];
  const log = pino({ level: 'info' }, { write: (line) => lines.push(JSON.parse(line)) });
  const endpoint = `http://user:hush@127.0.0.1:${await freePort()}`;
  const server = await open(endpoint, { OTEL_EXPORTER_OTLP_HEADERS: 'authorization=hush' }, log);
  expect((await finished(server, await submit(server, ['A']))).verdict).toBe('passed');
  await waitFor(() => lines.some(({ msg }) => msg === 'Traces cannot be sent; runs continue without them'));
  expect((await finished(server, await submit(server, ['B']))).verdict).toBe('passed');
  await server.app.stopWorkers({ now: false });
  expect(lines.filter(({ msg }) => String(msg).startsWith('Traces'))).toHaveLength(1);
  expect(JSON.stringify(lines)).not.toContain('hush');
});

it('does not affect a run when the collector accepts everything and never answers', async () => {
  const collector = await startCollector({ hangs: true });
  closing.push(collector.close);
  const server = await open(collector.url);
  expect((await finished(server, await submit(server, ['A']))).verdict).toBe('passed');
  await waitFor(() => collector.requests.length > 0);
  expect((await finished(server, await submit(server, ['B']))).verdict).toBe('passed');
  // It discards spans that it could not send.
  await server.app.stopWorkers({ now: false });
});
