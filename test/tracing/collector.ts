import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';

/** A received span. Times in milliseconds since the epoch. */
export interface CollectedSpan {
  name: string;
  traceId: string;
  spanId: string;
  parentSpanId: string | undefined;
  startedAt: number;
  endedAt: number;
  attributes: Record<string, unknown>;
  error: string | undefined;
}

/** An OpenTelemetry collector for traces: OTLP in JSON over HTTP. `hangs`: it accepts everything and never answers. */
export async function startCollector({ hangs = false } = {}) {
  const requests: { path: string; headers: NodeJS.Dict<string | string[]>; body: string }[] = [];
  const server = createServer(async (request, response) => {
    requests.push({ path: request.url ?? '', headers: request.headers, body: await text(request) });
    if (hangs) return;
    response.setHeader('content-type', 'application/json');
    response.end('{}');
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    spans: (): CollectedSpan[] => requests.flatMap(({ body }) => spansOf(JSON.parse(body))),
    close: () =>
      new Promise<void>((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

interface Otlp {
  resourceSpans: { scopeSpans: { spans: OtlpSpan[] }[] }[];
}

interface OtlpSpan {
  name: string;
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  startTimeUnixNano: string;
  endTimeUnixNano: string;
  attributes: { key: string; value: Record<string, unknown> }[];
  status: { code: number; message?: string };
}

function spansOf({ resourceSpans }: Otlp): CollectedSpan[] {
  const spans = resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans));
  return spans.map(({ name, traceId, spanId, parentSpanId, status, ...span }) => ({
    name,
    traceId,
    spanId,
    parentSpanId: parentSpanId || undefined,
    startedAt: Number(BigInt(span.startTimeUnixNano) / 1_000_000n),
    endedAt: Number(BigInt(span.endTimeUnixNano) / 1_000_000n),
    attributes: Object.fromEntries(span.attributes.map(({ key, value }) => [key, Object.values(value)[0]])),
    error: status.code === 2 ? status.message : undefined,
  }));
}

/** A trace as lines, each span indented below its parent, in the order of their starts. */
export function treeOf(spans: CollectedSpan[]): string[] {
  const ids = new Set(spans.map(({ spanId }) => spanId));
  const below = (parent: string | undefined, depth: number): string[] =>
    spans
      .filter(({ parentSpanId }) =>
        parent === undefined ? !ids.has(parentSpanId ?? '') : parentSpanId === parent,
      )
      .sort((one, other) => one.startedAt - other.startedAt)
      .flatMap(({ spanId, name, error }) => [
        `${'  '.repeat(depth)}${name}${error === undefined ? '' : `: ${error}`}`,
        ...below(spanId, depth + 1),
      ]);
  return below(undefined, 0);
}
