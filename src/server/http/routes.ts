import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { createRequestCoalescer } from '../../async/coalesce.ts';
import { authorizeAndRun } from '../../operations/core/authorize.ts';
import type { Context } from '../../operations/core/context.ts';
import { type AnyOperation, defined, pathParameters, usesQuery } from '../../operations/core/operation.ts';
import type { Changes } from '../events/changes.ts';
import { principalOf } from '../sign-in/guard.ts';
import { answerWithEtag } from './etag.ts';
import { describeRoute } from './route-schema.ts';

const creationHeaders = z.object({
  // Any text that is valid in a header, short enough for a database index.
  'idempotency-key': z
    .string()
    .regex(/^[\x20-\x7e]{1,200}$/, 'must be 1 to 200 printable ASCII characters')
    .optional()
    .describe('A retry with the same key within 24 hours gets the same response and creates nothing'),
  traceparent: z
    .string()
    .optional()
    .describe('W3C Trace Context: the run continues this trace; an invalid value is ignored'),
});

/**
 * Adds a route for every operation, validated and described by the same schemas; `authorizeAndRun` checks permissions. Concurrent
 * requests for live operations, which every open page polls, share one read: see `createRequestCoalescer`.
 */
export function mountOperations(
  server: FastifyInstance,
  context: Context,
  changes: Changes,
  operations: readonly AnyOperation[],
): void {
  const coalesce = createRequestCoalescer<string>(changes);

  /** An operation whose output is JSON text, shared by all concurrent requests. */
  const coalesced = (operation: AnyOperation): AnyOperation => ({
    ...operation,
    run: (_context, input, requestContext) =>
      coalesce(`${operation.name} ${requestContext.principal.role} ${JSON.stringify(input)}`, async () =>
        JSON.stringify(operation.output.parse(await operation.run(context, input, requestContext))),
      ),
  });

  for (const operation of operations) {
    const routed = operation.live ? coalesced(operation) : streamed(operation);
    server.route({
      method: operation.method,
      url: operation.path,
      schema: routeSchema(operation),
      ...(operation.setsUpSecondFactor && { config: { setsUpSecondFactor: true } }),
      ...(operation.method === 'GET' && { onSend: answerWithEtag }),
      handler: async (request, reply) => {
        const input = { ...(request[partOf(operation)] as object), ...(request.params as object) };
        const headers = request.headers as z.output<typeof creationHeaders>;
        const { 'idempotency-key': key, traceparent: traceParent } = headers;
        const requestContext = {
          principal: principalOf(request),
          address: request.ip,
          ...defined({ key, traceParent }),
        };
        const output = await authorizeAndRun(context, routed, input, requestContext);
        // The next read of this client must include the change, even before the notification of the database arrives.
        if (operation.method !== 'GET') changes.invalidate();
        if (operation.live || operation.stream) reply.type('application/json; charset=utf-8');
        return output;
      },
    });
  }
}

/** An operation whose output is the stream of JSON text that it has, if it has one. */
const streamed = (operation: AnyOperation): AnyOperation => ({
  ...operation,
  run: (...request) => (operation.stream ?? operation.run)(...request),
});

function routeSchema(operation: AnyOperation) {
  const inPath = pathParameters(operation);
  const pathMask = Object.fromEntries(inPath.map((name) => [name, true])) as Record<never, true>;
  const rest = operation.input.omit(pathMask);
  const hasRest = Object.keys(rest.shape).length > 0;
  return describeRoute(operation.name, `${operation.summary} (${operation.role})`, {
    answer: operation.output,
    ...(inPath.length > 0 && { params: operation.input.pick(pathMask) }),
    ...(operation.creates && { headers: creationHeaders }),
    ...(hasRest && (usesQuery(operation) ? { querystring: rest } : { body: rest })),
  });
}

/** The part of a request with the fields that are not in the path. Without such fields it is empty: see `refuseUndeclaredInput`. */
function partOf(operation: AnyOperation): 'query' | 'body' {
  return usesQuery(operation) ? 'query' : 'body';
}

/** Serves the OpenAPI description, which is created at the first request. */
export function mountDescription(server: FastifyInstance): void {
  server.get('/api/openapi.json', { schema: { hide: true, response: { 200: z.unknown() } } }, () =>
    server.swagger(),
  );
}
