import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type CollectedSpan, startCollector, treeOf } from '../tracing/collector.ts';
import {
  fault,
  type Harness,
  type HarnessEnvironment,
  moduleTest,
  openHarness,
  overOneEngine,
} from './harness.ts';

/** The telemetry of a real run: its trace, and the log of its worker. */
overOneEngine((kind) => {
  const lines: Record<string, unknown>[] = [];
  const log = pino({ level: 'info' }, { write: (line) => lines.push(JSON.parse(line)) });
  let collector: Awaited<ReturnType<typeof startCollector>>;
  let harness: Harness;
  let environment: HarnessEnvironment;
  beforeAll(async () => {
    collector = await startCollector();
    harness = await openHarness(kind, {
      log,
      module: {
        ...moduleTest('PlainTest', fault('sleep 0')),
        ...moduleTest('FailingTest', fault('error')),
      },
      settings: {
        MATRE_GENERATION: 'mftf',
        OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
        OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20hush-hush',
      },
    });
    environment = await harness.environment('preprod-us', { adminPassword: 'hush-hush' });
    const secret = { name: 'COUPON', value: 'hush-hush', secret: true };
    await harness.context.variables.set(environment.id, secret);
  });
  afterAll(async () => {
    await harness.close();
    await collector.close();
  });

  test('has a span for each phase that takes time, within the run, and no secret', async () => {
    const tests = ['PlainTest', 'FailingTest'];
    const first = await harness.run(environment, { tests });
    const second = await harness.run(environment, { tests });
    await harness.stopWorkers({ now: false });
    const spans = collector.spans();
    const traceOf = (id: number) => {
      const run = spans.find(({ name, attributes }) => name === 'run' && attributes['matre.run.id'] === id);
      return spans.filter(({ traceId }) => traceId === run?.traceId);
    };
    expect(first.run.verdict).toBe('failed');
    const trace = traceOf(first.run.id);
    expect(treeOf(trace)).toEqual([
      'run: failed',
      '  queued',
      '  attempt 1',
      '    preparing',
      '      module: newest commit',
      '      module: checkout',
      '      container',
      '      modules of the shop',
      '      catalog',
      '    generating',
      '      validation',
      '      generated tests',
      '    testing',
      '      test PlainTest',
      '        results',
      '      test FailingTest: failed',
      '        results',
      '    reporting',
    ]);
    const generation = [first, second].map(({ run }) => {
      const span = traceOf(run.id).find(({ name }) => name === 'generated tests');
      return span?.attributes['matre.generation'];
    });
    expect(generation).toEqual(['made', 'from a snapshot']);
    expect(trace.find(({ name }) => name === 'test FailingTest')?.attributes).toMatchObject({
      'test.case.name': 'FailingTest',
      'test.case.result.status': 'fail',
    });

    const byId = new Map(trace.map((span) => [span.spanId, span]));
    const outside = trace.filter(({ parentSpanId, startedAt, endedAt }) => {
      const parent: CollectedSpan | undefined = byId.get(parentSpanId ?? '');
      return endedAt < startedAt || (parent && (startedAt < parent.startedAt || endedAt > parent.endedAt));
    });
    expect(outside).toEqual([]);
    expect(JSON.stringify(collector.requests.map(({ body }) => body))).not.toContain('hush');
  });

  test('names run and environment in every log line', () => {
    const indexOf = (message: string) => lines.findIndex(({ msg }) => msg === message);
    const during = lines.slice(indexOf('Run started'), indexOf('Run finished') + 1);
    // The first run had to create its container.
    expect(during.map(({ event }) => event)).toContain('CONTAINER_CREATED');
    for (const { run, env, worker, msg } of during) {
      expect({ run, env, worker, msg }).toEqual({
        run: during[0]?.['run'],
        env: 'preprod-us',
        worker: expect.any(String),
        msg,
      });
    }
    expect(JSON.stringify(lines)).not.toContain('hush');
  });
});
