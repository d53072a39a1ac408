import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunView } from '../../src/operations/core/views.ts';
import type { Database } from '../../src/store/database/database.ts';
import { openEmbedded } from '../../src/store/database/embedded.ts';
import { migrate } from '../../src/store/database/migrate.ts';
import { freePort } from '../support/redis.ts';
import { addHooks } from './hooks.ts';
import type { Installation } from './installation.ts';
import { someTests } from './module.ts';
import type { Random } from './random.ts';
import { addEnvironments, pause, removeContainers, type SharedSetup, silentLog } from './stores.ts';
import { startWorkers } from './workers.ts';

/** One process, `matre up` on the embedded database, called over HTTP. */
export interface Embedded extends Installation {
  /** SIGKILL during a write: runs are being submitted, and others executed. It is started again. */
  killInMidWrite(random: Random): Promise<void>;
  /** Opens its database after its process has stopped for good. */
  open(): Promise<Database>;
  close(): Promise<void>;
}

/** Runs of the other installation have lower numbers. */
const firstRun = 1_000_000;
const answerMs = 5_000;

export async function openEmbeddedInstallation(
  installation: SharedSetup,
  codes: string[],
  { settings = {}, hooks = false }: { settings?: Record<string, string>; hooks?: boolean },
): Promise<Embedded> {
  const data = join(installation.folder, 'embedded');
  await mkdir(data, { mode: 0o700 });
  const open = () => openEmbedded({ folder: data, log: silentLog });
  const database = await open();
  await migrate(database, { log: silentLog });
  const environments = await addEnvironments(database, codes, installation.containers.shop.url);
  await database.script(`ALTER TABLE run ALTER COLUMN id RESTART WITH ${firstRun}`);
  if (hooks) await addHooks(database);
  await database.close();

  const port = await freePort();
  const workers = startWorkers({
    names: ['up'],
    command: 'up',
    folder: installation.folder,
    faketime: undefined,
    settings: {
      ...installation.settings,
      MATRE_DATA: data,
      MATRE_PORT: String(port),
      MATRE_WORKERS: '2',
      ...settings,
    },
  });

  async function ask(path: string, body?: object): Promise<RunView[]> {
    const answer = await fetch(`http://127.0.0.1:${port}/api/runs${path}`, {
      signal: AbortSignal.timeout(answerMs),
      ...(body && {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
    });
    if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
    return ((await answer.json()) as { runs: RunView[] }).runs;
  }

  const acknowledged: number[] = [];
  const submit: Installation['submit'] = async ({ code }, random) => {
    const selection = { tests: someTests(random) };
    const runs = await ask('', { environments: [code], selection, requestedBy: 'faults' });
    acknowledged.push(...runs.map(({ id }) => id));
  };
  return {
    environments,
    workers,
    acknowledged,
    retries: [],
    submit,
    open,
    queued: async () => (await ask('?state=queued&limit=200')).map(({ environmentId }) => environmentId),
    running: async () =>
      (await ask('?state=running')).map(({ id, environmentId }) => ({
        id,
        environmentId,
        pid: workers.processes[0]?.pid ?? 0,
      })),
    atRest: async () =>
      (await ask('?state=running')).length === 0 && (await ask('?state=queued')).length === 0,

    async killInMidWrite(random) {
      const writes = Promise.allSettled(environments.map((environment) => submit(environment, random)));
      await pause(random.between(0, 30));
      for (const { signal } of workers.processes) signal('SIGKILL');
      await writes;
    },

    async close() {
      await workers.stop();
      const database = await open();
      const engine = await installation.containers.open(data);
      await removeContainers(engine, database);
      await engine.close();
      await database.close();
    },
  };
}
