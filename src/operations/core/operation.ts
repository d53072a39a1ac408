import type { z } from 'zod';
import { Fault } from '../../faults/fault.ts';
import type { Principal, Role } from '../../model/access.ts';
import type { Context } from './context.ts';

/** What comes along with an input. */
export interface RequestContext {
  principal: Principal;
  /** From where, as an IP address; absent when it was not asked over a network. */
  address?: string;
  /** Of an operation that creates something: a repeat with the same key makes nothing. */
  key?: string;
  /** Where it belongs in the trace of whoever asks: a W3C `traceparent`, as it was given. */
  traceParent?: string;
}

/**
 * Something that people can ask of matre, written once. The server makes a route and its OpenAPI description of it,
 * the command line calls it either here or over HTTP: see `server/routes.ts` and `cli/connect.ts`. Both go through
 * `perform.ts`, which sees to `role` and `audited`.
 */
export interface Operation<Input extends z.ZodObject = z.ZodObject, Output extends z.ZodType = z.ZodType> {
  /** `noun.verb`, for logs and as the OpenAPI operation id. */
  name: string;
  method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  /** With parameters as `:id`. Each must be a field of the input. */
  path: string;
  summary: string;
  /** The least role that may ask for it. */
  role: Role;
  /**
   * What it changes, in few words for the audit trail: names, never values, because they may be secret. `false` for what
   * changes nothing.
   */
  audited: false | ((input: z.output<Input>) => string);
  /**
   * One flat object: fields named in the path travel there, the others in the query (GET, DELETE) or the body. A field
   * that travels in the path or query arrives as text, so numbers and flags there use `whole` and `flag`.
   */
  input: Input;
  /** What travels back: JSON as it is on the wire, so dates are ISO 8601 strings and absent values null. */
  output: Output;
  /** It makes something, and takes a key so that a repeat makes nothing: see `once.ts`. */
  creates?: true;
  /**
   * Every open page asks for it with each change, so a server answers all that ask at the same time with one reading: it says
   * the same to everybody.
   */
  live?: true;
  /** Rejects with Faults. */
  run(context: Context, input: z.output<Input>, request: RequestContext): Promise<z.output<Output>>;
}

/** Any operation, whatever it takes and gives. The widening is safe: inputs are parsed before `run` sees them. */
export type AnyOperation = Operation<z.ZodObject, z.ZodType>;

/** Gives an operation its types. Unknown fields of the input are refused, so that a typing error is not ignored. */
export function defineOperation<Shape extends z.ZodRawShape, Output extends z.ZodType>(
  operation: Omit<Operation<z.ZodObject<Shape>, Output>, 'input'> & { input: z.ZodObject<Shape> },
): Operation<z.ZodObject<Shape>, Output> {
  return { ...operation, input: operation.input.strict() as unknown as z.ZodObject<Shape> };
}

/** Reads an input as the operation wants it; INPUT_INVALID names every field that is wrong. */
export function parseInput<Input extends z.ZodObject>(
  operation: { input: Input },
  input: unknown,
): z.output<Input> {
  const parsed = operation.input.safeParse(input);
  if (parsed.success) return parsed.data;
  throw new Fault('INPUT_INVALID', describeIssues(parsed.error.issues), { cause: parsed.error });
}

/** The issues of a schema in one sentence: `baseUrl: must be a URL; code: is missing`. */
export function describeIssues(issues: readonly { path: PropertyKey[]; message: string }[]): string {
  const parts = issues.map(({ path, message }) =>
    path.length > 0 ? `${path.map(String).join('.')}: ${message}` : message,
  );
  return `The input is not valid. ${parts.join('; ')}.`;
}

/** Names of the parameters in the path of an operation. */
export function pathParameters(operation: { path: string }): string[] {
  return [...operation.path.matchAll(/:(\w+)/g)].map((match) => match[1] as string);
}

/** Whether the fields that are not in the path travel in the query rather than in a body. */
export function usesQuery(operation: { method: Operation['method'] }): boolean {
  return operation.method === 'GET' || operation.method === 'DELETE';
}

/** The fields that have a value: an optional field that was left out must not overwrite anything. */
export function defined<Fields extends object>(
  fields: Fields,
): { [Name in keyof Fields]?: Exclude<Fields[Name], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never;
}
