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

const creatingHeaders = z.object({
  // Any text that a header can carry, short enough for an index.
  'idempotency-key': z
    .string()
    .regex(/^[\x20-\x7e]{1,200}$/, 'must be 1 to 200 printable ASCII characters')
    .optional()
    .describe('A repeat with the same key within 24 hours gets the same answer and makes nothing'),
  traceparent: z
    .string()
    .optional()
    .describe('W3C Trace Context: the trace of a run goes on from there; what is none is ignored'),
});

/**
 * Makes a route of every operation: validated and described by the same schemas; `perform` sees to who may. What every open page
 * asks for is read once for all that ask at the same time, see `createShared`.
 */
export function mountOperations(
  server: FastifyInstance,
  context: Context,
  changes: Changes,
  operations: readonly AnyOperation[],
): void {
  const share = createRequestCoalescer<string>(changes);

  /** The answer as text, the same one for everybody. */
  const shared = (operation: AnyOperation): AnyOperation => ({
    ...operation,
    run: (_context, input, requestContext) =>
      share(`${operation.name} ${JSON.stringify(input)}`, async () =>
        JSON.stringify(operation.output.parse(await operation.run(context, input, requestContext))),
      ),
  });

  for (const operation of operations) {
    const carriedOut = operation.live ? shared(operation) : operation;
    server.route({
      method: operation.method,
      url: operation.path,
      schema: routeSchema(operation),
      ...(operation.method === 'GET' && { onSend: answerWithEtag }),
      handler: async (request, reply) => {
        const parts = [request.query, request.body, request.params] as (object | undefined)[];
        const input = Object.assign({}, ...parts);
        const headers = request.headers as z.output<typeof creatingHeaders>;
        const { 'idempotency-key': key, traceparent: traceParent } = headers;
        const requestContext = {
          principal: principalOf(request),
          address: request.ip,
          ...defined({ key, traceParent }),
        };
        const answer = await authorizeAndRun(context, carriedOut, input, requestContext);
        // Whoever has made a change sees it in the next answer, also before the database has told of it.
        if (operation.method !== 'GET') changes.made();
        if (operation.live) reply.type('application/json; charset=utf-8');
        return answer;
      },
    });
  }
}

function routeSchema(operation: AnyOperation) {
  const inPath = pathParameters(operation);
  const pathMask = Object.fromEntries(inPath.map((name) => [name, true])) as Record<never, true>;
  const rest = operation.input.omit(pathMask);
  const hasRest = Object.keys(rest.shape).length > 0;
  return describeRoute(operation.name, `${operation.summary} (${operation.role})`, {
    answer: operation.output,
    ...(inPath.length > 0 && { params: operation.input.pick(pathMask) }),
    ...(operation.creates && { headers: creatingHeaders }),
    ...(hasRest && (usesQuery(operation) ? { querystring: rest } : { body: rest })),
  });
}

/** The description of the API is made once, by whoever asks first. */
export function mountDescription(server: FastifyInstance): void {
  server.get('/api/openapi.json', { schema: { hide: true, response: { 200: z.unknown() } } }, () =>
    server.swagger(),
  );
}
