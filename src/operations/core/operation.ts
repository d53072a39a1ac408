import type { Readable } from 'node:stream';
import type { z } from 'zod';
import { Fault } from '../../faults/fault.ts';
import type { Principal, Role } from '../../model/access.ts';
import { shorten, visible } from '../../model/visible-text.ts';
import type { Context } from './context.ts';

/** What a request carries besides its input. */
export interface RequestContext {
  principal: Principal;
  /** The IP address of the caller; absent when the request did not come over a network. */
  address?: string;
  /** The idempotency key, of an operation that creates something: a repeat with the same key creates nothing. */
  key?: string;
  /** The W3C `traceparent` of the caller, unchecked: the span that the run belongs to. */
  traceParent?: string;
  /** Tells the audit trail what a change replaced, and by what: views without secrets. */
  reportChange?(before: object, after: object): void;
}

/**
 * Something that users and programs can ask of matre, defined once. The server makes a route and its OpenAPI description from it; the
 * command line calls it in its own process or over HTTP: see `server/http/routes.ts` and `cli/client/connect.ts`. Both go through
 * `authorize.ts`, which enforces `role` and `audited`.
 */
export interface Operation<Input extends z.ZodObject = z.ZodObject, Output extends z.ZodType = z.ZodType> {
  /** `noun.verb`, for logs and as the OpenAPI operation id. */
  name: string;
  method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  /** Parameters are written as `:id`. Each must be a field of the input. */
  path: string;
  summary: string;
  /** The lowest role that may call it. */
  role: Role;
  /**
   * The subject of the change, in a few words for the audit trail: names, never values, because those may be secret. `false` when it
   * changes nothing.
   */
  audited: false | ((input: z.output<Input>, principal: Principal) => string);
  /**
   * One flat object: fields named in the path are sent there, the others in the query (GET, DELETE) or the body. A field in the path or
   * query arrives as text, so numbers there use `wholeNumber`.
   */
  input: Input;
  /** The answer as JSON, so dates are ISO 8601 strings and absent values null. */
  output: Output;
  /** It creates something, and accepts an idempotency key: see `idempotency.ts`. */
  creates?: true;
  /**
   * Every open page requests it after each change, so the server answers concurrent requests with one execution. Its answer must be the
   * same for all principals of a role.
   */
  live?: true;
  /** It needs the tests of an image and of test modules. When they are new, reading them takes minutes on a busy machine. */
  readsTests?: true;
  /** It reads all results of many runs, which takes seconds. Of these, and of those that read tests, a user gets four at a time. */
  readsResults?: true;
  /** A user who must have a second factor and has none may call it, because it is needed to set it up. */
  setsUpSecondFactor?: true;
  /** The JSON text of its answer, which the server sends while it is made: see `streamed-operation.ts`. Rejects as `run` does. */
  stream?(context: Context, input: z.output<Input>, request: RequestContext): Promise<Readable>;
  /** Rejects with Faults. */
  run(context: Context, input: z.output<Input>, request: RequestContext): Promise<z.output<Output>>;
}

/** An operation of any input and output. The widening is safe: inputs are parsed before `run` gets them. */
export type AnyOperation = Operation<z.ZodObject, z.ZodType>;

/** Infers the types of an operation. Unknown fields of its input are refused, so that a typing error is not ignored. */
export function defineOperation<Shape extends z.ZodRawShape, Output extends z.ZodType>(
  operation: Omit<Operation<z.ZodObject<Shape>, Output>, 'input'> & { input: z.ZodObject<Shape> },
): Operation<z.ZodObject<Shape>, Output> {
  return { ...operation, input: operation.input.strict() as unknown as z.ZodObject<Shape> };
}

/** Parses an input by the schema of the operation. Errors: INPUT_INVALID, which names every wrong field. */
export function parseInput<Input extends z.ZodObject>(
  operation: { input: Input },
  input: unknown,
): z.output<Input> {
  const parsed = operation.input.safeParse(input);
  if (parsed.success) return parsed.data;
  throw new Fault('INPUT_INVALID', describeIssues(parsed.error.issues), { cause: parsed.error });
}

/** More are counted: a list may have thousands of wrong entries. */
const maxDescribedIssues = 10;

/**
 * The issues of a schema in one sentence: `baseUrl: must be a URL; code: is missing`. Names and messages may contain what was sent, so
 * they are shortened, without control characters.
 */
export function describeIssues(issues: readonly { path: PropertyKey[]; message: string }[]): string {
  const parts = issues.slice(0, maxDescribedIssues).map(({ path, message }) => {
    const name = shorten(visible(path.map(String).join('.')), 100);
    const text = shorten(visible(message), 300).replace(/\.$/, '');
    return path.length > 0 ? `${name}: ${text}` : text;
  });
  const more = issues.length - parts.length;
  return `The input is not valid. ${parts.join('; ')}${more > 0 ? `; and ${more} more` : ''}.`;
}

/** The names of the parameters in the path of an operation. */
export function pathParameters(operation: { path: string }): string[] {
  return [...operation.path.matchAll(/:(\w+)/g)].map((match) => match[1] as string);
}

/** Whether the fields that are not in the path are sent in the query rather than in a body. */
export function usesQuery(operation: { method: Operation['method'] }): boolean {
  return operation.method === 'GET' || operation.method === 'DELETE';
}

/** The fields that have a value: an omitted optional field must not overwrite anything. */
export function defined<Fields extends object>(
  fields: Fields,
): { [Name in keyof Fields]?: Exclude<Fields[Name], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never;
}
