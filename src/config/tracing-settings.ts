import { z } from 'zod';
import { optional, setting } from './setting.ts';
import { text, url } from './setting-parsers.ts';

/** Where traces of runs go: a part of the table of settings, with the names that OpenTelemetry gives them. */
export const tracingSettings = {
  OTEL_EXPORTER_OTLP_ENDPOINT: optional({
    group: 'Traces',
    schema: url('http', 'https'),
    secret: 'credentials',
    description:
      'The OpenTelemetry collector that gets a trace of each run (docs/tracing.md), as http://collector:4318: OTLP over HTTP, /v1/traces is added. Without it there are no traces.',
  }),
  OTEL_EXPORTER_OTLP_HEADERS: optional({
    group: 'Traces',
    schema: z
      .string()
      .transform((written) => parseHeaders(written))
      .refine(
        (headers) => headers !== undefined,
        'must be a list of name=value with commas between them, values percent-encoded',
      )
      .transform((headers) => headers ?? {}),
    secret: 'whole',
    description: 'What is sent along, such as authorization=Bearer%20..., with commas between them.',
  }),
  OTEL_SERVICE_NAME: setting({
    group: 'Traces',
    schema: text,
    default: 'matre',
    description: 'What the traces say they come from.',
  }),
};

/** In the form of W3C Baggage, as OpenTelemetry has it. */
function parseHeaders(written: string): Record<string, string> | undefined {
  const headers: Record<string, string> = {};
  for (const pair of written.split(',')) {
    const [, name, value] = /^\s*([!#$%&'*+.^_`|~\w-]+)\s*=\s*([\x20-\x7e]*?)\s*$/.exec(pair) ?? [];
    if (name === undefined || value === undefined) return undefined;
    try {
      headers[name] = decodeURIComponent(value);
    } catch {
      return undefined;
    }
    if (!/^[\x20-\x7e]*$/.test(headers[name])) return undefined;
  }
  return headers;
}
