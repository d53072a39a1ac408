import { randomInt } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { type App, openApp } from '../app/app.ts';
import type { Config } from '../config/config.ts';
import { loadConfig } from '../config/load-config.ts';
import { Docker } from '../engine/docker/client.ts';
import type { Engine } from '../engine/engine.ts';
import { openEngine } from '../engine/open-engine.ts';
import { Fault } from '../faults/fault.ts';
import type { Logger } from '../log.ts';
import { matreItself } from '../model/access.ts';
import { containerName } from '../model/environment.ts';
import { emptySelection } from '../model/selection.ts';
import { parseInput } from '../operations/core/operation.ts';
import { addEnvironment } from '../operations/environments/environments.ts';
import { submitRuns } from '../operations/runs/runs.ts';
import { startServer } from '../server/http/server.ts';
import { readFolderOwner } from '../store/database/folder-lock.ts';
import { examplePath } from './examples.ts';
import { buildSampleImage } from './image.ts';
import { countOverlaps, intervalsOf, readJournal } from './judge.ts';
import { type Shop, sampleAdmin, startShop } from './shop/shop.ts';
import { buildSampleTree, placeNode, samplePhp } from './tree.ts';

/** The environments of the demo, with the tests that fail there because of a deliberate fault of the sample shop. */
const sampleEnvironments = [
  { code: 'preprod-us', name: 'Pre-production, United States', failing: [] },
  { code: 'preprod-es', name: 'Pre-production, Spain', failing: ['HarbourGuestCheckoutTest'] },
  {
    code: 'stage-es',
    name: 'Staging, Spain',
    failing: ['HarbourCartTotalTest', 'HarbourProductPriceTest'],
  },
] as const;

/** Each environment gets a run of each. */
const selections = [
  { ...emptySelection, groups: ['smoke'] },
  { ...emptySelection, groups: ['checkout', 'admin'] },
];

export interface Demo {
  app: App;
  url: string;
  engine: 'docker' | 'sandbox';
  folder: string;
  /** The ids of the runs in the order of submission. */
  runIds: number[];
  /** Compares the results with the expected ones. To be called when all runs are finished. */
  judge(): Promise<DemoReport>;
  /** Stops everything and removes the containers. */
  close(): Promise<void>;
}

export interface DemoReport {
  environments: number;
  runs: number;
  /** Pairs of test processes of different runs at the same time in one container, from the journals of the containers. */
  overlaps: number;
  /** Runs without a verdict. */
  lost: number;
  /** Unexpected results as sentences: a test with the wrong status, a broken run. */
  surprises: string[];
}

/**
 * Starts sample shops, environments and six runs below the data folder of the settings; `notify` gets progress messages. Errors:
 * DATA_FOLDER_IN_USE when a demo runs there already, ENGINE_UNREACHABLE.
 */
export async function startDemo(base: Config, log: Logger, notify: (line: string) => void): Promise<Demo> {
  const folder = join(base.store.dataFolder, 'demo');
  const owner = await readFolderOwner(join(folder, 'data'));
  if (owner)
    throw new Fault('DATA_FOLDER_IN_USE', `A demo runs already (process ${owner.pid}) in ${folder}.`);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true, mode: 0o700 });

  const { dockerHost, kind } = base.engine;
  const sandboxFolder = join(folder, 'data', 'sandboxes');
  const engine = await openEngine({ kind, dockerHost, sandboxFolder, log });
  notify(`Containers: ${await engine.describe()}`);
  const image = await createImage(engine, dockerHost, folder);
  const closing: (() => Promise<unknown>)[] = [() => engine.close()];
  const close = async () => {
    for (const end of closing.splice(0).reverse()) await end();
  };
  try {
    const shops: Shop[] = [];
    for (const { code } of sampleEnvironments) {
      const shop = await startShop({ environment: code, port: 0 });
      shops.push(shop);
      closing.push(() => shop.close());
    }
    const config = await demoConfig(base, { folder, engine: engine.kind, image });
    const app = await openApp(config, { log });
    closing.push(() => app.close());
    const server = await startServer(app.context, 'demo');
    closing.push(() => server.close());
    await app.publish(server);
    const runIds = await submit(app, shops);
    await app.startWorkers();
    closing.push(async () => (await app.context.pool()).prune(async () => []));
    closing.push(() => app.stopWorkers({ now: true }));
    const judge = () => createReport(app, engine, runIds);
    return { app, url: server.url, engine: engine.kind, folder, runIds, judge, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function createImage(engine: Engine, dockerHost: string | undefined, folder: string): Promise<string> {
  if (engine.kind === 'docker') return buildSampleImage(connectDocker(dockerHost));
  const image = join(folder, 'image');
  await buildSampleTree(image, { node: await placeNode(image) });
  return image;
}

function connectDocker(host: string | undefined): Docker {
  const socketPath = host?.startsWith('unix://') ? host.slice('unix://'.length) : undefined;
  return new Docker(socketPath === undefined ? undefined : { socketPath });
}

/**
 * The settings of the demo. Of the settings of the process only the port, the log level, the Docker host and those of messages
 * apply.
 */
async function demoConfig(
  base: Config,
  { folder, engine, image }: { folder: string; engine: string; image: string },
): Promise<Config> {
  const port = await findFreePort(base.server.port);
  const environment: Record<string, string> = {
    MATRE_DATA: join(folder, 'data'),
    MATRE_ENGINE: engine,
    MATRE_IMAGE: image,
    // The sample shops listen on the loopback interface of this machine.
    MATRE_NETWORK: 'host',
    MATRE_MODULE_PATH: examplePath('module'),
    MATRE_PHP: samplePhp,
    MATRE_HOST: '127.0.0.1',
    MATRE_PORT: String(port),
    // Messages have links then.
    MATRE_PUBLIC_URL: `http://127.0.0.1:${port}`,
    MATRE_LOG_LEVEL: base.log.level,
  };
  if (base.engine.dockerHost !== undefined) environment['DOCKER_HOST'] = base.engine.dockerHost;
  // An empty file, because matre.env in the current folder is for real runs.
  return { ...loadConfig({ environment, file: '/dev/null' }), messages: base.messages };
}

/** `preferred` if it is free, else any free port. */
async function findFreePort(preferred: number): Promise<number> {
  const listen = (port: number) =>
    new Promise<number | undefined>((resolve) => {
      const server = createServer();
      server.once('error', () => resolve(undefined));
      server.listen({ port, host: '127.0.0.1' }, () => {
        const address = server.address();
        const actual = typeof address === 'object' && address ? address.port : port;
        server.close(() => resolve(actual));
      });
    });
  return (await listen(preferred)) ?? (await listen(0)) ?? preferred;
}

async function submit(app: App, shops: Shop[]): Promise<number[]> {
  const requestContext = { principal: matreItself };
  // Containers are named after the ids of environments. A real installation on the same engine, or a killed demo, may use low ids.
  const first = randomInt(100_000, 1_000_000);
  await app.context.environments.restartIds(first);
  for (const [index, { code, name }] of sampleEnvironments.entries()) {
    const input = {
      code,
      name,
      baseUrl: shops[index]?.url,
      adminUsername: sampleAdmin.username,
      adminPassword: sampleAdmin.password,
    };
    await addEnvironment.run(app.context, parseInput(addEnvironment, input), requestContext);
  }
  const ids: number[] = [];
  for (const selection of selections) {
    const environments = sampleEnvironments.map(({ code }) => code);
    const input = { environments, selection, requestedBy: 'demo' };
    const { runs } = await submitRuns.run(app.context, parseInput(submitRuns, input), requestContext);
    ids.push(...runs.map(({ id }) => id));
  }
  return ids;
}

async function createReport(app: App, engine: Engine, runIds: number[]): Promise<DemoReport> {
  const { runs, results, environments } = app.context;
  const surprises: string[] = [];
  let lost = 0;
  let overlaps = 0;
  for (const environment of await environments.list()) {
    const journal = await readJournal(engine, containerName(environment.id));
    overlaps += countOverlaps(intervalsOf(journal));
  }
  const failed = new Map<string, string[]>(sampleEnvironments.map(({ code }) => [code, []]));
  for (const id of runIds) {
    const run = await runs.get(id);
    if (run.verdict === undefined) lost += 1;
    if (run.verdict === 'broken')
      surprises.push(`run ${id} is broken: ${run.reason?.message ?? 'see its results'}`);
    for (const result of await results.listLatest(id)) {
      if (result.status === 'failed') failed.get(run.environmentCode)?.push(result.test);
    }
  }
  for (const { code, failing } of sampleEnvironments) {
    const actual = (failed.get(code) ?? []).sort().join(', ');
    const expected = [...failing].sort().join(', ');
    if (actual !== expected)
      surprises.push(`failed on ${code}: ${actual || 'none'}; expected: ${expected || 'none'}`);
  }
  return { environments: sampleEnvironments.length, runs: runIds.length, overlaps, lost, surprises };
}
