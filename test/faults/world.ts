import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import Docker from 'dockerode';
import { buildSampleImage } from '../../src/demo/image.ts';
import { buildSampleTree, samplePhp } from '../../src/demo/tree.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { openEngine } from '../../src/engine/open.ts';
import { createLog } from '../../src/log.ts';
import { containerName } from '../../src/model/environment.ts';
import { emptySelection } from '../../src/model/selection.ts';
import { poolLabels } from '../../src/pool/specification.ts';
import type { Database } from '../../src/store/database.ts';
import { migrate } from '../../src/store/migrate.ts';
import { openPostgres } from '../../src/store/postgres.ts';
import { createRuns } from '../../src/store/runs.ts';
import { readSetting } from '../../src/store/settings.ts';
import { createRepository } from '../support/git.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';
import { startProxy, type Way } from '../support/proxy.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { type Crew, startCrew } from './crew.ts';
import type { Random } from './random.ts';

export interface WorldOptions {
  engine: 'auto' | 'docker' | 'sandbox';
  /** Worker processes. */
  processes: number;
  /** Runs at a time in each. */
  slots: number;
  environments: number;
  /** Over those of `shortSettings`. */
  settings?: Record<string, string>;
}

export interface WorldEnvironment {
  id: number;
  code: string;
  container: string;
}

/** A run that somebody executes now. */
export interface RunningRun {
  id: number;
  environmentId: number;
  /** Of the process that has it. */
  pid: number;
}

/** A whole installation with everything around it: servers, ways to them, worker processes, a test module, containers. */
export interface World {
  postgres: TestPostgres;
  redis: TestRedis;
  /** What the workers go through. */
  ways: { postgres: Way; redis: Way };
  /** Past the ways, for the harness itself. */
  database: Database;
  engine: Engine;
  crew: Crew;
  environments: WorldEnvironment[];
  /** Where the workers' logs are. */
  folder: string;
  /** The journal of the test processes of an environment, on this machine. */
  journal(code: string): string;
  /** Queues a run, and gives its number when it is acknowledged. */
  submit(environment: WorldEnvironment, random: Random): Promise<number>;
  running(): Promise<RunningRun[]>;
  close(options?: { keepFolder: boolean }): Promise<void>;
}

/** As short as the settings allow, so that much happens in little time. */
export const shortSettings = { MATRE_LEASE: '3s', LOCK_TTL: '3s', MATRE_BEAT: '2s' };

/** How long the tests of the module take, in seconds; a run has some of them. */
const naps = [0.2, 0.3, 0.4, 0.5, 0.7, 1];
const testName = (seconds: number) => `Nap${String(seconds).replace('.', 'Point')}Test`;

export async function openWorld(options: WorldOptions): Promise<World> {
  const folder = await mkdtemp(join(tmpdir(), 'matre-faults-'));
  const data = join(folder, 'data');
  const journals = join(folder, 'journal');
  await mkdir(data, { mode: 0o700 });
  await mkdir(journals);
  const log = createLog({ level: 'silent' });
  const closing: (() => Promise<unknown> | unknown)[] = [];
  const close = async ({ keepFolder = false } = {}) => {
    for (const step of closing.reverse()) await step();
    if (!keepFolder) await rm(folder, { recursive: true, force: true });
  };
  try {
    const postgres = await startPostgres();
    closing.push(postgres.stop);
    const redis = await startRedis();
    closing.push(redis.stop);
    const ways = { postgres: await startProxy(postgres.port), redis: await startProxy(redis.port) };
    closing.push(ways.postgres.close, ways.redis.close);
    const database = await openPostgres({ url: postgres.url, log });
    closing.push(database.close);
    await migrate(database, { log });
    const sandboxFolder = join(data, 'sandboxes');
    const engine = await openEngine({
      kind: options.engine,
      dockerHost: process.env['DOCKER_HOST'],
      sandboxFolder,
      log,
    });
    closing.push(() => engine.close());
    const environments = await addEnvironments(database, options.environments);
    closing.push(() => removeContainers(engine, database));

    const url = new URL(postgres.url);
    url.port = String(ways.postgres.port);
    const crew = startCrew({
      count: options.processes,
      folder,
      faketime: faketimeLibrary(),
      settings: {
        DATABASE_URL: url.href,
        LOCK_DSN: `redis://127.0.0.1:${ways.redis.port}`,
        MATRE_DATA: data,
        MATRE_SECRET_KEY: 'f'.repeat(64),
        MATRE_ENGINE: engine.kind,
        ...(process.env['DOCKER_HOST'] && { DOCKER_HOST: process.env['DOCKER_HOST'] }),
        ...(engine.kind === 'docker'
          ? { MATRE_NETWORK: 'host', MATRE_EXTRA_HOSTS: '' }
          : { MATRE_PHP: samplePhp }),
        MATRE_IMAGE: await sampleImage(engine, folder),
        MATRE_MODULE_REPOSITORY: createModule(join(folder, 'module'), environments),
        MATRE_MOUNTS: `${journals}:/journal`,
        MATRE_MEMORY: '192m',
        MATRE_TMPFS_SIZE: '8m',
        MATRE_WORKERS: String(options.slots),
        MATRE_MAX_ATTEMPTS: '20',
        MATRE_TEST_TIMEOUT: '30s',
        ...shortSettings,
        ...options.settings,
      },
    });
    closing.push(() => crew.stop());

    const runs = createRuns({ database });
    return {
      postgres,
      redis,
      ways,
      database,
      engine,
      crew,
      environments,
      folder,
      journal: (code) => join(journals, `${code}.jsonl`),
      close,

      async submit({ id }, random) {
        const tests = random.shuffled(naps).slice(0, random.between(1, 4)).map(testName);
        const selection = { ...emptySelection, tests };
        const [run] = await runs.insert([{ environmentId: id, selection, requestedBy: 'faults' }]);
        return run?.id ?? 0;
      },

      async running() {
        const rows = await database.query<{ id: number; environment_id: number; worker_id: string }>(
          `SELECT id, environment_id, worker_id FROM run WHERE state = 'running'`,
        );
        return rows.map((row) => ({
          id: row.id,
          environmentId: row.environment_id,
          pid: Number(row.worker_id.split('/').at(-2)),
        }));
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Other installations may use the same engine, and the names of containers end in these numbers. */
async function addEnvironments(database: Database, count: number): Promise<WorldEnvironment[]> {
  const first = 1_000_000 + Math.floor(Math.random() * 1_000_000_000);
  await database.script(`ALTER TABLE environment ALTER COLUMN id RESTART WITH ${first}`);
  const environments: WorldEnvironment[] = [];
  for (let index = 1; index <= count; index++) {
    const code = `shop-${index}`;
    const [row] = await database.query<{ id: number }>(
      `INSERT INTO environment (code, name, base_url, backend_name, admin_username)
       VALUES ($1, $1, 'http://127.0.0.1/', 'admin', 'admin') RETURNING id`,
      [code],
    );
    const id = row?.id ?? 0;
    environments.push({ id, code, container: containerName(id) });
  }
  return environments;
}

/** A repository with tests that only take time. */
function createModule(folder: string, environments: WorldEnvironment[]): string {
  const module = createRepository(folder);
  const values = ({ code }: WorldEnvironment): [string, string] => [
    `Cron/data/.env.${code}`,
    `MAGENTO_BACKEND_NAME=admin\nMATRE_JOURNAL=/journal/${code}.jsonl\n`,
  ];
  const test = (seconds: number): [string, string] => [
    `Test/Mftf/Test/${testName(seconds)}.xml`,
    `<?xml version="1.0" encoding="UTF-8"?>
<tests xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:noNamespaceSchemaLocation="urn:magento:mftf:Test/etc/testSchema.xsd">
    <test name="${testName(seconds)}">
        <annotations><features value="Naps"/><group value="nap"/></annotations>
        <comment userInput="stand-in: sleep ${seconds}" stepKey="nap"/>
    </test>
</tests>
`,
  ];
  module.commit(Object.fromEntries([...environments.map(values), ...naps.map(test)]));
  return module.folder;
}

async function sampleImage(engine: Engine, folder: string): Promise<string> {
  if (engine.kind === 'docker') return buildSampleImage(new Docker());
  const image = join(folder, 'image');
  await buildSampleTree(image);
  return image;
}

async function removeContainers(engine: Engine, database: Database): Promise<void> {
  const installation = await readSetting(database, 'installation');
  if (installation === undefined) return;
  for (const labels of [{ [poolLabels.installation]: installation }, { 'matre.catalog': installation }]) {
    for (const { id } of await engine.list(labels)) await engine.remove(id);
  }
}

function faketimeLibrary(): string | undefined {
  const architecture = execFileSync('uname', ['-m'], { encoding: 'utf8' }).trim();
  const path = `/usr/lib/${architecture}-linux-gnu/faketime/libfaketime.so.1`;
  return existsSync(path) ? path : undefined;
}

export const pause = (ms: number): Promise<void> => delay(ms);
