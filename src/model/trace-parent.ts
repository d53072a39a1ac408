/** The place in a trace that something belongs below. */
export interface TraceParent {
  traceId: string;
  spanId: string;
  /** Whoever began the trace records it. */
  sampled: boolean;
}

const form =
  /^(?!ff)([0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(-[\x21-\x7e]{0,200})?$/;

/** Reads a W3C `traceparent`; `undefined` for anything else, which by that standard is as if there were none. */
export function parseTraceParent(written: string): TraceParent | undefined {
  const [, version, traceId, spanId, flags, rest] = form.exec(written) ?? [];
  if (!traceId || !spanId || !flags || (version === '00' && rest !== undefined)) return undefined;
  return { traceId, spanId, sampled: (Number.parseInt(flags, 16) & 1) === 1 };
}
