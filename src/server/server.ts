import swagger from '@fastify/swagger';
import fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify';
import { jsonSchemaTransform, serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod';
import { Fault, toFault } from '../errors.ts';
import type { Context } from '../operations/context.ts';
import { operations } from '../operations/operations.ts';
import { mountArtifacts } from './artifacts.ts';
import { mountEvents } from './events.ts';
import { createGuard, isLoopback } from './guard.ts';
import { mountHealth } from './health.ts';
import { mountMetrics } from './metrics.ts';
import { mountPage } from './page.ts';
import { problemType, toProblem } from './problem.ts';
import { mountDescription, mountOperations } from './routes.ts';

/** An import of many env files is the largest thing that anybody sends. */
const bodyLimitBytes = 4 * 1024 * 1024;
/** For a request to arrive completely. Answers may take longer. */
const requestTimeoutMs = 30_000;

export interface RunningServer {
  /** Where it answers, from this machine. */
  url: string;
  /** Ends open streams too. */
  close(): Promise<void>;
}

/**
 * Starts the HTTP server on MATRE_HOST and MATRE_PORT. Beyond this machine it listens only with a token, because whoever
 * reaches it can run tests and change passwords. Errors: CONFIG_INVALID.
 */
export async function startServer(context: Context, version: string): Promise<RunningServer> {
  const { host, port, token } = context.config.server;
  if (!isLoopback(host) && token === undefined) {
    throw new Fault(
      'CONFIG_INVALID',
      `MATRE_HOST=${host} can be reached from other machines, and MATRE_TOKEN is not set. ` +
        'Set MATRE_TOKEN to a long random text, or leave MATRE_HOST at 127.0.0.1.',
    );
  }
  const server = await createServer(context, version);
  try {
    await server.listen({ host, port });
  } catch (error) {
    await server.close();
    throw listenFault(error, host, port);
  }
  const address = server.server.address();
  const actualPort = typeof address === 'object' && address ? address.port : port;
  return { url: `http://${reachable(host)}:${actualPort}`, close: () => server.close() };
}

/** The server with all its routes, not yet listening. */
export async function createServer(context: Context, version: string): Promise<FastifyInstance> {
  const server = fastify({
    loggerInstance: context.log as FastifyBaseLogger,
    // A line for each request would drown what matters.
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: bodyLimitBytes,
    requestTimeout: requestTimeoutMs,
    forceCloseConnections: true,
    routerOptions: { maxParamLength: 500 },
  });
  server.setValidatorCompiler(validatorCompiler);
  server.setSerializerCompiler(serializerCompiler);
  // JSON is all that is understood. Other types can be posted by a form of any page, without asking us first.
  server.removeContentTypeParser('text/plain');

  const guard = createGuard({ token: context.config.server.token });
  server.addHook('onRequest', async (request) => guard(request));
  server.setErrorHandler((error, request, reply) => {
    const problem = toProblem(error, request.id);
    if (problem.status >= 500) {
      const path = request.url.split('?', 1)[0];
      request.log.error({ err: error, method: request.method, path }, 'A request failed.');
    }
    // Past the serializer of the route, which knows the answer only.
    return reply.code(problem.status).type(problemType).serializer(JSON.stringify).send(problem);
  });
  server.setNotFoundHandler((request) => {
    throw new Fault('NOT_FOUND', `There is nothing at ${request.method} ${request.url.split('?', 1)[0]}.`);
  });

  await server.register(swagger, {
    openapi: { openapi: '3.1.0', info: { title: 'matre', version } },
    transform: jsonSchemaTransform,
  });
  await server.register(async (api) => {
    mountOperations(api, context, operations);
    mountDescription(api);
    mountEvents(api, context.queue);
    mountArtifacts(api, context);
    mountHealth(api, context);
    mountMetrics(api, context);
    await mountPage(api);
  });
  await server.ready();
  return server;
}

function listenFault(error: unknown, host: string, port: number): Fault {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE') {
    return new Fault('CONFIG_INVALID', `Port ${port} of ${host} is in use; set MATRE_PORT to another one.`);
  }
  return new Fault(
    'CONFIG_INVALID',
    `The server cannot listen on ${host}, port ${port}: ${toFault(error).message}.`,
  );
}

/** Where commands on this machine find a server that listens on `host`. */
function reachable(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  if (host === '::' || host === '[::]') return '[::1]';
  return host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
}
