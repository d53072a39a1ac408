import { hostname } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';
import type { TracingConfig } from '../config/config.ts';
import type { Logger } from '../log.ts';
import { hideCredentials } from '../model/address/dsn.ts';
import type { Emit, Span } from './span.ts';

/** For one try to send, all told. A collector that is away costs the end of a process so much, and nothing else. */
const timeoutMs = 3_000;
/** How long spans are gathered before they are sent. */
const gatherMs = 2_000;
/** What is more than this while the collector is away is dropped: a run of 4,000 tests has about 8,000 spans. */
const maxWaiting = 10_000;

/**
 * Sends spans to an OpenTelemetry collector, as OTLP in JSON over HTTP, in the background. Says once that it does not take
 * them, and once that it does again. The SDK is loaded here, so that whoever needs no traces does not wait for it.
 */
export async function openExporter(
  config: TracingConfig,
  log: Logger,
): Promise<{ emit: Emit; close(): Promise<void> }> {
  const [{ BatchSpanProcessor }, { OTLPTraceExporter }, { resourceFromAttributes }] = await Promise.all([
    import('@opentelemetry/sdk-trace-base'),
    import('@opentelemetry/exporter-trace-otlp-http'),
    import('@opentelemetry/resources'),
  ]);
  const resource = resourceFromAttributes({
    'service.name': config.serviceName,
    'service.instance.id': `${hostname()}/${process.pid}`,
  });
  const exporter = new OTLPTraceExporter({
    url: `${config.endpoint.replace(/\/+$/, '')}/v1/traces`,
    headers: config.headers,
    timeoutMillis: timeoutMs,
  });
  let failing = false;
  const send = exporter.export.bind(exporter);
  exporter.export = (spans, done) =>
    send(spans, (result) => {
      const failed = result.code !== 0;
      if (failed && !failing) {
        // Only the first line: the answer of a collector may quote what was sent, headers included.
        const because = result.error?.message.split('\n', 1)[0];
        log.warn(
          { endpoint: hideCredentials(config.endpoint), because },
          'Traces cannot be sent; runs go on without',
        );
      } else if (!failed && failing) log.info('Traces are sent again');
      failing = failed;
      done(result);
    });
  const processor = new BatchSpanProcessor(exporter, {
    maxQueueSize: maxWaiting,
    maxExportBatchSize: 512,
    scheduledDelayMillis: gatherMs,
    exportTimeoutMillis: timeoutMs,
  });
  return {
    emit: (span) => processor.onEnd(toReadable(span, resource)),
    async close() {
      const over = new AbortController();
      const shutdown = processor.shutdown().catch(() => {});
      await Promise.race([shutdown, pause(timeoutMs, undefined, { signal: over.signal }).catch(() => {})]);
      over.abort();
    },
  };
}

/** A span as the SDK has it when it has ended. The SDK makes ids by chance, and ours are known to several processes. */
function toReadable(span: Span, resource: ReadableSpan['resource']): ReadableSpan {
  const { traceId, id, parentId, startedAt, endedAt, error } = span;
  const attributes = { ...span.attributes, ...(error !== undefined && { 'error.type': error }) };
  const context = (spanId: string) => ({ traceId, spanId, traceFlags: 1 });
  return {
    name: span.name,
    kind: 0,
    spanContext: () => context(id),
    ...(parentId !== undefined && { parentSpanContext: context(parentId) }),
    startTime: toHrTime(startedAt),
    endTime: toHrTime(endedAt),
    duration: toHrTime(endedAt - startedAt),
    ended: true,
    status: error === undefined ? { code: 0 } : { code: 2, message: error },
    attributes: Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== undefined)),
    links: [],
    events: [],
    resource,
    instrumentationScope: { name: 'matre' },
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
  };
}

/** Seconds and nanoseconds. */
function toHrTime(ms: number): [number, number] {
  return [Math.floor(ms / 1000), Math.round((ms % 1000) * 1_000_000)];
}
