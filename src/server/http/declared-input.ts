import type { FastifyInstance, FastifyRequest, onRequestAsyncHookHandler } from 'fastify';
import { z } from 'zod';
import { Fault } from '../../faults/fault.ts';
import { describeIssues } from '../../operations/core/operation.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The query is that of another server, such as an OpenID provider; the route reads it by its own rules. */
    foreignQuery?: true;
  }
}

/** The names of the fields that a route takes, by where they are sent. */
interface DeclaredFields {
  path: ReadonlySet<string>;
  query: ReadonlySet<string>;
  body: ReadonlySet<string>;
}

/** So many wrong fields of a body are looked for. */
const maxIssues = 100;

interface Issue {
  path: string[];
  message: string;
}

/**
 * Makes the later routes of `server` refuse what their schemas do not declare: a field of the query or the body that has another place or
 * none, a field of the query that is given twice, and any body where none is expected. Runs after the authentication and before everything
 * else, so a refused request leaves no trace in the audit trail. Errors: INPUT_INVALID, which names each field and its place.
 *
 * Fastify validates a part only if its schema is set; a part without one would reach the handler unchecked.
 */
export function refuseUndeclaredInput(server: FastifyInstance): void {
  server.addHook('onRoute', (route) => {
    const { entrance, foreignQuery } = route.config ?? {};
    if (entrance === 'probe' || foreignQuery) return;
    const { params, querystring, body } = route.schema ?? {};
    const declared = { path: namesOf(params), query: namesOf(querystring), body: namesOf(body) };
    const check: onRequestAsyncHookHandler = async (request) => {
      const issues = [...queryIssues(request, declared), ...bodyIssues(request, declared)];
      if (issues.length > 0) throw new Fault('INPUT_INVALID', describeIssues(issues));
    };
    route.preValidation = [check, ...[route.preValidation ?? []].flat()];
  });
}

function namesOf(schema: unknown): ReadonlySet<string> {
  return new Set(schema instanceof z.ZodObject ? Object.keys(schema.shape) : []);
}

function queryIssues({ query }: FastifyRequest, declared: DeclaredFields): Issue[] {
  return Object.entries(query as object).flatMap(([name, value]) => {
    if (!declared.query.has(name)) return misplaced(name, 'query', declared);
    // No operation has a list in its query.
    return Array.isArray(value) ? [{ path: [name], message: 'is given more than once in the query' }] : [];
  });
}

function bodyIssues(request: FastifyRequest, declared: DeclaredFields): Issue[] {
  const { body } = request;
  // Fastify does not read the body of a GET, so only its headers show it.
  if (body === undefined) return isReading(request) && hasBody(request) ? [noBody] : [];
  // The schema says what else is wrong with it.
  if (typeof body === 'object' && body !== null && !Array.isArray(body)) {
    const issues: Issue[] = [];
    // A body may have hundreds of thousands of fields, and a few say what is wrong.
    for (const name in body) {
      if (!declared.body.has(name)) issues.push(...misplaced(name, 'body', declared));
      if (issues.length >= maxIssues) break;
    }
    return issues;
  }
  return declared.body.size === 0 ? [noBody] : [];
}

const noBody: Issue = { path: [], message: 'This request takes no body' };

function misplaced(name: string, place: 'query' | 'body', declared: DeclaredFields): Issue[] {
  const places = (['path', 'query', 'body'] as const).filter((each) => declared[each].has(name));
  const message =
    places.length > 0 ? `is a field of the ${places[0]}, not of the ${place}` : `is no field of the ${place}`;
  return [{ path: [name], message }];
}

const isReading = ({ method }: FastifyRequest) => method === 'GET' || method === 'HEAD';

function hasBody({ headers }: FastifyRequest): boolean {
  const length = headers['content-length'];
  return headers['transfer-encoding'] !== undefined || (length !== undefined && length !== '0');
}
