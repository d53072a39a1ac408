import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type App, type CreateContainerParts, composeApp } from '../../src/app/app.ts';
import { type ContainerParts, createContainerParts } from '../../src/app/containers/containers.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import type { Logger } from '../../src/log.ts';
import { type RunningServer, startServer } from '../../src/server/http/server.ts';
import { embeddedFolder, quiet } from './database.ts';

export interface TestApp {
  app: App;
  folder: string;
  close(): Promise<void>;
}

/** What a stand-in runner needs of containers: nothing. */
const withoutContainers: Partial<ContainerParts> = {
  sessionCapacity: async () => undefined,
  engineAnswers: async () => undefined,
  host: () => Promise.reject(new Error('This runner has no containers.')),
  startUpkeep: () => [],
};

/** The container parts of production with some replaced; those of a stand-in runner never use containers. */
const replaceParts =
  (replacements: Partial<ContainerParts>): CreateContainerParts =>
  (deps) => ({
    ...createContainerParts(deps),
    ...(replacements.runner && withoutContainers),
    ...replacements,
  });

/**
 * An app on the embedded database in its own folder. `settings` are those of the environment of a process. Sign-in is off, also
 * on PostgreSQL, unless the settings turn it on.
 */
export async function openTestApp(
  options: { settings?: Record<string, string>; parts?: Partial<ContainerParts>; log?: Logger } = {},
): Promise<TestApp> {
  const shared = options.settings?.['DATABASE_URL'] !== undefined;
  const folder = shared ? await mkdtemp(join(tmpdir(), 'matre-data-')) : await embeddedFolder();
  const environment = {
    MATRE_DATA: folder,
    MATRE_PORT: '0',
    // A slow machine must not fail the checks of the doctor.
    MATRE_DOCTOR_TIMEOUT: '150s',
    ...(shared && { MATRE_SIGN_IN: 'off' }),
    ...options.settings,
  };
  const config = loadConfig({ environment, file: '/dev/null' });
  const { log = quiet, parts = {} } = options;
  const app = await composeApp(config, log, replaceParts(parts));
  return {
    app,
    folder,
    async close() {
      await app.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export interface TestServer extends TestApp {
  url: string;
  server: RunningServer;
  /** Requests JSON, with a JSON body if there is one. */
  ask(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
}

export interface Answer {
  status: number;
  headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: tests read arbitrary fields of responses
  body: any;
}

/** The same with a server on a free port. */
export async function startTestServer(options: Parameters<typeof openTestApp>[0] = {}): Promise<TestServer> {
  const testApp = await openTestApp(options);
  const server = await startServer(testApp.app.context, '0.0.0-test').catch(async (error) => {
    await testApp.close();
    throw error;
  });
  await testApp.app.publish(server);
  return {
    ...testApp,
    server,
    url: server.url,
    async ask(method, path, body, headers = {}) {
      const response = await fetch(server.url + path, {
        method,
        headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
        ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      });
      const text = await response.text();
      const json = (response.headers.get('content-type') ?? '').includes('json');
      return { status: response.status, headers: response.headers, body: json ? JSON.parse(text) : text };
    },
    async close() {
      await server.close();
      await testApp.close();
    },
  };
}
