import { z } from 'zod';
import { anyText, url } from '../setting-parsers.ts';
import { optional, setting } from './setting.ts';

/** The settings of traces: a part of the table of settings, with the names of OpenTelemetry. */
export const tracingSettings = {
  OTEL_EXPORTER_OTLP_ENDPOINT: optional({
    group: 'Traces',
    schema: url('http', 'https'),
    secret: 'credentials',
    description:
      'The OpenTelemetry collector for the traces of runs (docs/tracing.md), such as http://collector:4318: OTLP over HTTP, /v1/traces is appended. Without it there are no traces.',
  }),
  OTEL_EXPORTER_OTLP_HEADERS: optional({
    group: 'Traces',
    schema: z
      .string()
      .transform((text) => parseHeaders(text))
      .refine(
        (headers) => headers !== undefined,
        'must be a list of name=value separated by commas, values percent-encoded',
      )
      .transform((headers) => headers ?? {}),
    secret: 'whole',
    description:
      'Headers of the requests to the collector, such as authorization=Bearer%20..., separated by commas.',
  }),
  OTEL_SERVICE_NAME: setting({
    group: 'Traces',
    schema: anyText,
    default: 'matre',
    description: 'The service name in the traces.',
  }),
};

/** Parses headers in the form of W3C Baggage, as OpenTelemetry defines it. */
function parseHeaders(text: string): Record<string, string> | undefined {
  const headers: Record<string, string> = {};
  for (const pair of text.split(',')) {
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
