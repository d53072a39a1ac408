import { hostname } from 'node:os';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';
import { createOutageLog } from '../async/outage-log.ts';
import { withTimeout } from '../async/timeout.ts';
import type { TracingConfig } from '../config/config.ts';
import type { Logger } from '../log.ts';
import { hideCredentials } from '../model/address/dsn.ts';
import type { Emit, Span } from './span.ts';

/** For one export, with all its retries. An unreachable collector delays the end of a process by so much, and nothing else. */
const timeoutMs = 3_000;
/** How long spans are collected before they are sent as a batch. */
const batchDelayMs = 2_000;
/** More spans than this are dropped while the collector is unreachable: a run of 4,000 tests has about 8,000 spans. */
const maxQueued = 10_000;

/**
 * Sends spans to an OpenTelemetry collector, as OTLP in JSON over HTTP, in the background. Logs when the collector begins to refuse
 * them, and when it accepts them again. The SDK is imported here, so that a process without traces does not load it.
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
  const outage = createOutageLog({
    onBegin(error) {
      // Only the first line: the response of a collector may quote the request, headers included.
      const reason = error instanceof Error ? error.message.split('\n', 1)[0] : undefined;
      const endpoint = hideCredentials(config.endpoint);
      log.warn({ endpoint, reason }, 'Traces cannot be sent; runs continue without them');
    },
    onEnd: () => log.info('Traces are sent again'),
  });
  const send = exporter.export.bind(exporter);
  exporter.export = (spans, done) =>
    send(spans, (result) => {
      if (result.code === 0) outage.succeeded();
      else outage.failed(result.error);
      done(result);
    });
  const processor = new BatchSpanProcessor(exporter, {
    maxQueueSize: maxQueued,
    maxExportBatchSize: 512,
    scheduledDelayMillis: batchDelayMs,
    exportTimeoutMillis: timeoutMs,
  });
  return {
    emit: (span) => processor.onEnd(toReadable(span, resource)),
    async close() {
      await withTimeout(
        timeoutMs,
        () => processor.shutdown().catch(() => {}),
        () => undefined,
      );
    },
  };
}

/** An ended span in the form of the SDK, which would create random ids; ours must be the same in several processes. */
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

/** Milliseconds as seconds and nanoseconds. */
function toHrTime(ms: number): [number, number] {
  return [Math.floor(ms / 1000), Math.round((ms % 1000) * 1_000_000)];
}
