import swagger from '@fastify/swagger';
import fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  LogController,
} from 'fastify';
import {
  jsonSchemaTransform,
  jsonSchemaTransformObject,
  serializerCompiler,
  validatorCompiler,
} from 'fastify-type-provider-zod';
import { signInRequired } from '../../config/sign-in-required.ts';
import { newSecret } from '../../crypto/token.ts';
import { Fault, toFault } from '../../faults/fault.ts';
import { asSentence } from '../../faults/sentence.ts';
import { basePathOf, withoutBasePath } from '../../model/address/base-path.ts';
import { operations } from '../../operations/all.ts';
import type { Context } from '../../operations/core/context.ts';
import { windowSeconds } from '../../store/access/sign-in-attempts.ts';
import { createChanges } from '../events/changes.ts';
import { mountEvents } from '../events/events.ts';
import { mountLogStream } from '../events/log-stream.ts';
import { mountHealth } from '../health.ts';
import { mountMetrics } from '../metrics.ts';
import { mountSignInCheck } from '../sign-in/check-route.ts';
import { mountDeviceRoutes } from '../sign-in/device-routes.ts';
import { inviteFirstAdmin } from '../sign-in/first-admin.ts';
import { createGuard, openToAll } from '../sign-in/guard.ts';
import { mountOidcRoutes } from '../sign-in/oidc-routes.ts';
import { createBrowserSessions } from '../sign-in/session.ts';
import { mountSessionRoutes } from '../sign-in/session-routes.ts';
import { mountAllureReports } from './allure-reports.ts';
import { mountApiDocs } from './api-docs.ts';
import { limitArrival } from './arrival-limit.ts';
import { mountArtifacts } from './artifacts.ts';
import { refuseUndeclaredInput } from './declared-input.ts';
import { mountPage } from './page.ts';
import { problemType, toProblem } from './problem.ts';
import { warnOfProxies } from './proxy-warnings.ts';
import { mountDescription, mountOperations } from './routes.ts';
import { addSecurityHeaders } from './security-headers.ts';
import { mountTraceViewer } from './trace-viewer.ts';
import { limitUnread } from './unread-limit.ts';

/** The largest requests are imports of many env files. */
const bodyLimitBytes = 4 * 1024 * 1024;
/** For a request to arrive completely. */
const requestTimeoutMs = 30_000;
/** The header Retry-After of refusals that end. A password is checked in 20 to 40 ms, so a full queue is empty after two seconds. */
const retryAfterSeconds: Record<string, number> = {
  SIGN_IN_TOO_OFTEN: windowSeconds,
  SIGN_IN_BUSY: 2,
  ALLURE_BUSY: 30,
  USER_BUSY: 10,
};

/** What the description of the API says of all operations; Markdown. */
const description = `Everything that the page and the command line can do. Each summary names the least role that may ask for it.

A program sends a token of \`matre token create\` as \`Authorization: Bearer TOKEN\`. Requests from this page have the rights of
its user. Errors are problem details (RFC 9457) with the code of a fault, its meaning and its remedy.`;

export interface RunningServer {
  /** The address on this machine. */
  url: string;
  /** The admin token for commands on the same data folder, valid while the server runs. */
  localToken: string;
  /** Also ends open event streams. */
  close(): Promise<void>;
}

/**
 * Starts the HTTP server on MATRE_HOST and MATRE_PORT. When sign-in is required and there is no admin yet, a link to create one
 * is logged. A request must arrive completely within `requestMs`, and a stream is ended that is not read for `unreadMs`. Errors:
 * CONFIG_INVALID.
 */
export async function startServer(
  context: Context,
  version: string,
  { requestMs = requestTimeoutMs, unreadMs }: { requestMs?: number; unreadMs?: number } = {},
): Promise<RunningServer> {
  const { host, port, publicUrl } = context.config.server;
  const localToken = newSecret();
  const server = await createServer(context, { version, localToken, requestMs, unreadMs });
  try {
    await server.listen({ host, port });
  } catch (error) {
    await server.close();
    throw listenFault(error, host, port);
  }
  const address = server.server.address();
  const actualPort = typeof address === 'object' && address ? address.port : port;
  const url = `http://${localHost(host)}:${actualPort}`;
  if (signInRequired(context.config)) await inviteFirstAdmin(context, publicUrl ?? url);
  return { url, localToken, close: () => server.close() };
}

/** Creates the server with all its routes; it does not listen yet. Errors: CONFIG_INVALID. */
async function createServer(
  context: Context,
  options: { version: string; localToken: string; requestMs: number; unreadMs: number | undefined },
): Promise<FastifyInstance> {
  const { access, config } = context;
  const { version, localToken, requestMs, unreadMs } = options;
  const signIn = signInRequired(config);
  const basePath = basePathOf(config.server.publicUrl);
  const server = fastify({
    loggerInstance: context.log as FastifyBaseLogger,
    // One line for each request would hide important messages.
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: bodyLimitBytes,
    ...limitArrival(requestMs),
    forceCloseConnections: true,
    routerOptions: { maxParamLength: 500 },
    // Routes know nothing of it.
    rewriteUrl: ({ url = '/' }) => withoutBasePath(url, basePath),
    // Requests that the router rejects (an invalid or far too long URL) reach no route.
    frameworkErrors: sendProblem,
    trustProxy: config.server.trustedProxies.length > 0 && config.server.trustedProxies,
  });
  server.setValidatorCompiler(validatorCompiler);
  server.setSerializerCompiler(serializerCompiler);
  // Only JSON is accepted: a form of any page can post other types without a CORS preflight.
  server.removeContentTypeParser('text/plain');

  addSecurityHeaders(server, config.server);
  limitUnread(server, { unreadMs });
  warnOfProxies(server, config.server);
  const { secondFactor } = config.signIn;
  const guard = createGuard({ access, server: config.server, signIn, secondFactor, localToken });
  server.decorateRequest('principal', undefined);
  server.decorateRequest('sessionSecret', undefined);
  server.addHook('onRequest', (request) => guard.check(request));
  server.addHook('onSend', async (request) => guard.responded(request));
  server.setErrorHandler(sendProblem);
  server.setNotFoundHandler((request) => {
    throw new Fault('NOT_FOUND', `There is nothing at ${request.method} ${request.url.split('?', 1)[0]}.`);
  });

  await server.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'matre', version, description: `${description}\n\n[Back to the page](${basePath}/)` },
      ...(basePath !== '' && { servers: [{ url: basePath }] }),
    },
    transform: jsonSchemaTransform,
    // Recursive schemas become named components.
    transformObject: jsonSchemaTransformObject,
  });
  await server.register(async (api) => {
    refuseUndeclaredInput(api);
    const changes = createChanges(api, context);
    changes.on(({ event }) => {
      if (event !== 'run') context.statusCache.forget();
    });
    mountOperations(api, context, changes, operations);
    mountDescription(api);
    mountEvents(api, changes, guard);
    mountLogStream(api, context, changes, { ...guard, ...(unreadMs !== undefined && { unreadMs }) });
    mountArtifacts(api, context);
    mountAllureReports(api, context);
    mountHealth(api, context);
    mountMetrics(api, context);
    const sessions = createBrowserSessions(context, { signIn });
    mountSessionRoutes(api, context, sessions, { signIn });
    mountDeviceRoutes(api, context, { signIn });
    mountSignInCheck(api, config.server, guard);
    if (signIn) mountOidcRoutes(api, context, sessions);
  });
  for (const mount of [mountPage, mountApiDocs, mountTraceViewer]) {
    await server.register(async (page) => {
      openToAll(page);
      await mount(page, { basePath });
    });
  }
  await server.ready();
  return server;
}

/** Sends an error as problem details. Unexpected errors and those of the infrastructure (5xx) are logged as well. */
function sendProblem(error: unknown, request: FastifyRequest, reply: FastifyReply) {
  const problem = toProblem(error, request.id);
  const retryAfter = retryAfterSeconds[problem.code];
  // A flood of sign-ins must not fill the log.
  if (problem.status >= 500 && retryAfter === undefined) {
    const path = request.url.split('?', 1)[0];
    request.log.error({ err: error, method: request.method, path }, 'Request failed');
  }
  if (problem.status === 401) reply.header('www-authenticate', 'Bearer');
  if (retryAfter !== undefined) reply.header('retry-after', retryAfter);
  // Bypasses the serializer of the route, which is for its output only.
  return reply.code(problem.status).type(problemType).serializer(JSON.stringify).send(problem);
}

function listenFault(error: unknown, host: string, port: number): Fault {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE') {
    return new Fault('CONFIG_INVALID', `Port ${port} of ${host} is in use; set MATRE_PORT to another port.`);
  }
  return new Fault(
    'CONFIG_INVALID',
    asSentence(`The server cannot listen on ${host}, port ${port}: ${toFault(error).message}`),
  );
}

/** The host at which this machine reaches a server that listens on `host`. */
function localHost(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  if (host === '::' || host === '[::]') return '[::1]';
  return host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
}
