/** The span of a caller, which becomes the parent of the span of a run. */
export interface TraceParent {
  traceId: string;
  spanId: string;
  /** Whether the caller records the trace. */
  sampled: boolean;
}

const form =
  /^(?!ff)([0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(-[\x21-\x7e]{0,200})?$/;

/** Parses a W3C `traceparent`; `undefined` for anything else, which that standard ignores. */
export function parseTraceParent(header: string): TraceParent | undefined {
  const [, version, traceId, spanId, flags, rest] = form.exec(header) ?? [];
  if (!traceId || !spanId || !flags || (version === '00' && rest !== undefined)) return undefined;
  return { traceId, spanId, sampled: (Number.parseInt(flags, 16) & 1) === 1 };
}
