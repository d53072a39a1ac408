import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import fc from 'fast-check';
import { faults } from '../../src/faults/fault.ts';
import { createSender } from './send.ts';

/** A JSON schema, as far as requests use it. */
interface Schema {
  type?: string | string[];
  enum?: unknown[];
  const?: unknown;
  default?: unknown;
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: boolean | Schema;
  items?: Schema;
  minItems?: number;
  maxItems?: number;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  minLength?: number;
  maxLength?: number;
  pattern?: string;
  format?: string;
}

interface Operation {
  operationId: string;
  parameters?: { name: string; in: 'path' | 'query' | 'header'; required?: boolean; schema: Schema }[];
  requestBody?: { content: Record<string, { schema: Schema }> };
  responses: Record<string, { content?: Record<string, { schema: Schema }> }>;
}

/** The description of an API (OpenAPI 3.1), as far as the tests use it. */
export interface Description {
  paths: Record<string, Record<string, Operation>>;
  components?: object;
}

/** A request to be sent. */
export interface FuzzRequest {
  operationId: string;
  method: string;
  /** With the query. */
  path: string;
  headers: Record<string, string>;
  body: string | undefined;
}

/** Meaningful values for this server, by field name: random ones alone never get far. */
export type FieldValues = Record<string, readonly (string | number)[]>;

/**
 * Requests derived from the description: most of them valid, some with a field that is missing, of another type, out of
 * bounds, unknown or in another place, and a few with an invalid body.
 */
export function requestsOf(
  description: Description,
  {
    fieldValues,
    count,
    seed,
    without = [],
  }: { fieldValues: FieldValues; count: number; seed: number; without?: string[] },
): FuzzRequest[] {
  const operations = Object.entries(description.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );
  const selected = operations.filter(({ operation }) => !without.includes(operation.operationId));
  const names = [...new Set(selected.flatMap(({ operation }) => fieldNames(operation)))];
  const one = fc
    .tuple(fc.oneof(...selected.map((each) => requestOf(each, fieldValues))), surplusOf(names))
    .map(([request, surplus]) => withSurplus(request, surplus));
  return fc.sample(one, { numRuns: count, seed });
}

function fieldNames({ parameters = [], requestBody }: Operation): string[] {
  const body = requestBody?.content['application/json']?.schema.properties ?? {};
  return [...parameters.map(({ name }) => name), ...Object.keys(body)];
}

/** A field that a request has besides its own, often one of another operation or place. */
interface Surplus {
  place: 'query' | 'body' | 'header';
  name: string;
  value: unknown;
}

const surplusOf = (names: string[]): fc.Arbitrary<Surplus | undefined> =>
  fc.oneof(
    { arbitrary: fc.constant(undefined), weight: 6 },
    {
      arbitrary: fc.record<Surplus>({
        place: fc.constantFrom('query', 'body', 'header'),
        name: fc.oneof(fc.constantFrom(...names), fc.string({ unit: 'binary', maxLength: 40 })),
        value: oddValue,
      }),
      weight: 1,
    },
  );

function withSurplus(request: FuzzRequest, surplus: Surplus | undefined): FuzzRequest {
  if (surplus === undefined) return request;
  const { place, name, value } = surplus;
  const text = wellFormed(typeof value === 'string' ? value : (JSON.stringify(value) ?? ''));
  if (place === 'query') {
    const pair = new URLSearchParams([[name, text]]);
    return { ...request, path: `${request.path}${request.path.includes('?') ? '&' : '?'}${pair}` };
  }
  if (place === 'header') {
    const valid = /^[\w-]+$/.test(name) && /^[\x21-\x7e]+$/.test(text);
    return valid ? { ...request, headers: { ...request.headers, [name]: text } } : request;
  }
  const sent = parse(request.body ?? '{}');
  const fields = typeof sent === 'object' && sent !== null && !Array.isArray(sent) ? sent : {};
  const headers = { ...request.headers, 'content-type': 'application/json' };
  return { ...request, headers, body: JSON.stringify({ ...fields, [name]: value }) };
}

function requestOf(
  { path, method, operation }: { path: string; method: string; operation: Operation },
  fieldValues: FieldValues,
): fc.Arbitrary<FuzzRequest> {
  const parameters = operation.parameters ?? [];
  const values = parameters.map(({ name, required, schema, in: location }) => {
    const value = weighted(valueFor(schema, name, fieldValues), oddValue);
    // Path parameters are always present.
    return location === 'path' || required ? value : fc.option(value, { nil: undefined });
  });
  const schema = operation.requestBody?.content['application/json']?.schema;
  const body = schema === undefined ? fc.constant(undefined) : bodyOf(schema, fieldValues);
  return fc.tuple(fc.tuple(...values), body).map(([request, sent]) => {
    const query = new URLSearchParams();
    const headers: Record<string, string> = {};
    let filledPath = path;
    parameters.forEach(({ name, in: location }, index) => {
      const value = request[index];
      if (value === undefined) return;
      const text = typeof value === 'string' ? value : JSON.stringify(value);
      if (location === 'path')
        filledPath = filledPath.replace(`{${name}}`, encodeURIComponent(wellFormed(text)) || '%20');
      else if (location === 'query') query.append(name, wellFormed(text));
      // A header allows no other characters; a client would refuse to send them.
      else if (/^[\x21-\x7e]+$/.test(text)) headers[name] = text;
    });
    if (sent !== undefined) headers['content-type'] = 'application/json';
    return {
      operationId: operation.operationId,
      method: method.toUpperCase(),
      path: query.size > 0 ? `${filledPath}?${query}` : filledPath,
      headers,
      body: sent,
    };
  });
}

function bodyOf(schema: Schema, fieldValues: FieldValues): fc.Arbitrary<string | undefined> {
  const good = valueFor(schema, '', fieldValues).map((value) => JSON.stringify(value) ?? '');
  const malformed = fc
    .tuple(valueFor(schema, '', fieldValues), fc.string(), oddValue)
    .map(([value, name, other]) => JSON.stringify({ ...(value as object), [name]: other }));
  const none = fc.oneof(
    fc.constant(undefined),
    fc.string({ unit: 'binary' }),
    fc.json(),
    fc.constant('{"__proto__":{"a":1},"constructor":{}}'),
    fc.constant('['.repeat(5_000)),
  );
  return fc.oneof(
    { arbitrary: good, weight: 7 },
    { arbitrary: malformed, weight: 2 },
    { arbitrary: none, weight: 1 },
  );
}

/** Random values, and values that are known to break programs. */
const oddValue: fc.Arbitrary<unknown> = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.constantFrom<unknown>(
    ...[
      '',
      ' ',
      '\0',
      '../../etc/passwd',
      "'; DROP TABLE run; --",
      '{{7*7}}',
      '%00',
      'null',
      'NaN',
      '1e400',
      '__proto__',
    ],
    ...[-1, 0, 1.5, 2 ** 31, 2 ** 53, -(2 ** 63), 1e308, true, false, null, [], {}, [[]], { $ne: 1 }],
    ...[
      'x'.repeat(5_000),
      '\u202e\ud800',
      '0x10',
      '2026-13-45T99:99:99Z',
      '9999-12-31T23:59:59Z',
      '0000-01-01T00:00:00Z',
    ],
  ),
  fc.integer(),
  fc.double(),
  fc.jsonValue({ maxDepth: 2 }),
);

function weighted(usual: fc.Arbitrary<unknown>, rare: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  return fc.oneof({ arbitrary: usual, weight: 9 }, { arbitrary: rare, weight: 1 });
}

/** A valid value of a schema, by the name of its field. Lists have few entries, regardless of their bounds. */
function valueFor(schema: Schema, name: string, fieldValues: FieldValues): fc.Arbitrary<unknown> {
  const fieldSamples = fieldValues[name];
  const value = arbitraryOf(schema, name, fieldValues);
  if (fieldSamples === undefined || fieldSamples.length === 0 || schema.properties) return value;
  const sample = fc.constantFrom(...fieldSamples);
  const isList = schema.type === 'array';
  const list = isList ? fc.array(sample, { maxLength: 3 }) : sample;
  return fc.oneof({ arbitrary: list as fc.Arbitrary<unknown>, weight: 4 }, { arbitrary: value, weight: 1 });
}

function arbitraryOf(schema: Schema, name: string, fieldValues: FieldValues): fc.Arbitrary<unknown> {
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) return fc.oneof(...choices.map((each) => valueFor(each, name, fieldValues)));
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum) return fc.constantFrom(...schema.enum);
  if (Array.isArray(schema.type)) {
    return fc.oneof(...schema.type.map((type) => arbitraryOf({ ...schema, type }, name, fieldValues)));
  }
  switch (schema.type) {
    case 'object':
      return objectOf(schema, fieldValues);
    case 'array':
      return fc.array(weighted(valueFor(schema.items ?? {}, singular(name), fieldValues), oddValue), {
        minLength: Math.min(schema.minItems ?? 0, 3),
        maxLength: 3,
      });
    case 'integer':
    case 'number':
      return numberOf(schema);
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    case 'string':
      return stringOf(schema);
    default:
      return oddValue;
  }
}

function objectOf(
  { properties = {}, required = [] }: Schema,
  fieldValues: FieldValues,
): fc.Arbitrary<object> {
  const fields = Object.entries(properties).map(([name, field]) => {
    const value = weighted(valueFor(field, name, fieldValues), oddValue);
    return [name, required.includes(name) ? value : fc.option(value, { nil: undefined, freq: 2 })] as const;
  });
  return fc.record(Object.fromEntries(fields), {
    requiredKeys: required.filter((name) => name in properties),
  });
}

function numberOf({ minimum, maximum, exclusiveMinimum }: Schema): fc.Arbitrary<number> {
  const low = Math.max(minimum ?? -(2 ** 31), (exclusiveMinimum ?? -(2 ** 31) - 1) + 1);
  const high = Math.min(maximum ?? 2 ** 31, Number.MAX_SAFE_INTEGER);
  return fc.oneof(fc.integer({ min: low, max: Math.min(high, low + 1_000) }), fc.constantFrom(low, high));
}

function stringOf({ pattern, format, minLength = 0, maxLength = 60 }: Schema): fc.Arbitrary<string> {
  if (format === 'date-time') return fc.date({ noInvalidDate: true }).map((date) => date.toISOString());
  if (format === 'uri') return fc.webUrl();
  // A pattern defines the allowed text; those of zod for dates and the like are too long to generate from.
  if (pattern !== undefined && pattern.length < 120) {
    try {
      return fc.stringMatching(new RegExp(pattern));
    } catch {
      // A pattern that fast-check does not support.
    }
  }
  return fc.string({ unit: 'grapheme', minLength, maxLength: Math.min(maxLength, minLength + 40) });
}

/** A lone surrogate cannot be sent in an address. */
const wellFormed = (text: string) => Buffer.from(text).toString();

const singular = (name: string) => name.replace(/s$/, '');

/** Describes what is wrong with a response; `undefined` when it is correct. */
export type Judge = (request: FuzzRequest, answer: Answer) => string | undefined;

export interface Answer {
  status: number;
  type: string | undefined;
  text: string;
}

/** Every response must match the description: a success its schema, a refusal as problem details with a known code. */
export function createJudge(description: Description): Judge {
  const ajv = new Ajv2020({ strict: false, allErrors: false });
  // The types of ajv-formats are those of CommonJS.
  (addFormats as unknown as (to: Ajv2020) => void)(ajv);
  ajv.addSchema({ $id: 'api', components: description.components ?? {} });
  const validators = new Map<string, ValidateFunction>();
  const validator = (name: string, schema: Schema) => {
    const fieldSamples = validators.get(name) ?? ajv.compile(withReferences(schema) as Schema);
    validators.set(name, fieldSamples);
    return fieldSamples;
  };
  const operations = new Map(
    Object.values(description.paths).flatMap((methods) =>
      Object.values(methods).map((operation) => [operation.operationId, operation] as const),
    ),
  );

  return ({ operationId }, { status, type, text }) => {
    if (status >= 500) return `status ${status}`;
    const operation = operations.get(operationId);
    const specification = operation?.responses[String(status)] ?? operation?.responses['default'];
    const media = type?.split(';')[0] ?? '';
    const schema = specification?.content?.[media]?.schema;
    if (schema === undefined) return `${status} with the type ${media || 'none'}, which is not described`;
    const value = parse(text);
    if (value === undefined) return `${status} without JSON: ${text.slice(0, 80)}`;
    const valid = validator(`${operationId} ${status < 400 ? status : 'default'}`, schema);
    if (!valid(value)) return `${status} is not as described: ${ajv.errorsText(valid.errors)}`;
    const { code } = value as { code?: string };
    if (status >= 400 && !(code !== undefined && code in faults))
      return `${status} with the unknown code ${code}`;
    return undefined;
  };
}

/** Rewrites the references of the description to the schemas of this judge. */
function withReferences(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withReferences);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) =>
      name === '$ref' && typeof each === 'string'
        ? [name, each.replace(/^#/, 'api#')]
        : [name, withReferences(each)],
    ),
  );
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Sends requests, several at a time; returns the violations in their responses. */
export async function fuzz(
  url: string,
  requests: readonly FuzzRequest[],
  { judge, headers = {}, batch = 6 }: { judge: Judge; headers?: Record<string, string>; batch?: number },
): Promise<{ faults: string[]; statuses: Map<number, number>; executedOperations: Set<string> }> {
  const faults: string[] = [];
  const statuses = new Map<number, number>();
  /** Operations that were executed at least once. */
  const executedOperations = new Set<string>();
  const remaining = [...requests];
  const sender = createSender(url);
  const work = async () => {
    for (let request = remaining.pop(); request; request = remaining.pop()) {
      const { method, path, body } = request;
      const label = `${request.operationId}: ${method} ${path.slice(0, 300)} ${(body ?? '').slice(0, 300)}`;
      try {
        const answer = await sender.send({ method, path, body, headers: { ...request.headers, ...headers } });
        statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
        if (answer.status < 300) executedOperations.add(request.operationId);
        const invalid = judge(request, answer);
        if (invalid !== undefined) faults.push(`${label}: ${invalid}`);
      } catch (error) {
        faults.push(`${label}: ${error instanceof Error ? `${error.name} ${error.message}` : error}`);
      }
    }
  };
  await Promise.all(Array.from({ length: batch }, work));
  sender.close();
  return { faults, statuses, executedOperations };
}
