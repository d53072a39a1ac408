import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import Docker from 'dockerode';
import { type App, openApp } from '../../src/app.ts';
import { createLocalCaller } from '../../src/cli/local.ts';
import { watchRuns } from '../../src/cli/watch.ts';
import { loadConfig } from '../../src/config.ts';
import { examplePath } from '../../src/demo/examples.ts';
import { buildSampleImage } from '../../src/demo/image.ts';
import { sampleAdmin, startShop } from '../../src/demo/shop.ts';
import { buildSampleTree, samplePhp } from '../../src/demo/tree.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { openEngine } from '../../src/engine/open.ts';
import { createLog } from '../../src/log.ts';
import type { Environment } from '../../src/model/environment.ts';
import type { Run } from '../../src/model/run.ts';
import { emptySelection, type Selection } from '../../src/model/selection.ts';

/** A whole matre in a folder of its own: the sample image and module, and a shop for each environment. */
export interface Installation {
  app: App;
  engine: Engine;
  environments: Environment[];
  /** Submits a run for each of the environments, waits for their verdicts, and gives the seconds that took. */
  measure(
    environments: Environment[],
    selection: Partial<Selection>,
  ): Promise<{ seconds: number; runs: Run[] }>;
  close(): Promise<void>;
}

/**
 * `MATRE_ENGINE` (docker, sandbox or auto) and `DOCKER_HOST` choose the engine, as for matre. `latencyMs`: how long a page of
 * a shop takes. `files`: more files of the test module, by path. `settings`: more of them, as in the environment of a process.
 */
export async function openInstallation(options: {
  codes: string[];
  latencyMs?: number;
  files?: Record<string, string>;
  settings?: Record<string, string>;
}): Promise<Installation> {
  const { codes, latencyMs = 0, files = {}, settings = {} } = options;
  const log = createLog({ level: 'error' });
  const folder = await mkdtemp(join(tmpdir(), 'matre-bench-'));
  const shops = await Promise.all(codes.map((environment) => startShop({ environment, port: 0, latencyMs })));
  const dockerHost = process.env['DOCKER_HOST'];
  const dataFolder = join(folder, 'data');
  const engine = await openEngine({
    kind: (process.env['MATRE_ENGINE'] ?? 'auto') as 'auto' | 'docker' | 'sandbox',
    dockerHost,
    sandboxFolder: join(dataFolder, 'sandboxes'),
    log,
  });
  const image = engine.kind === 'docker' ? await buildSampleImage(new Docker()) : join(folder, 'image');
  if (engine.kind === 'sandbox') await buildSampleTree(image);

  const module = join(folder, 'module');
  await cp(examplePath('module'), module, { recursive: true });
  const values = codes.map((code): [string, string] => [`Cron/data/.env.${code}`, 'BROWSER=chrome\n']);
  for (const [path, content] of [...values, ...Object.entries(files)]) {
    await mkdir(dirname(join(module, path)), { recursive: true });
    await writeFile(join(module, path), content);
  }

  const environment: Record<string, string> = {
    MATRE_DATA: dataFolder,
    MATRE_ENGINE: engine.kind,
    MATRE_IMAGE: image,
    MATRE_NETWORK: 'host',
    MATRE_MODULE_PATH: module,
    MATRE_PHP: samplePhp,
    ...settings,
  };
  if (dockerHost !== undefined) environment['DOCKER_HOST'] = dockerHost;
  const app = await openApp(loadConfig({ environment, file: '/dev/null' }), { log });
  const { context } = app;
  // Names of containers end in these numbers, and others may use the same engine.
  const first = 1_000_000 + Math.floor(Math.random() * 1_000_000_000);
  await context.database.script(`ALTER TABLE environment ALTER COLUMN id RESTART WITH ${first}`);
  const environments: Environment[] = [];
  for (const [index, code] of codes.entries()) {
    const made = await context.environments.create({
      code,
      name: code,
      baseUrl: shops[index]?.url ?? '',
      backendName: 'admin',
      adminUsername: sampleAdmin.username,
    });
    environments.push(await context.environments.setPassword(made.id, sampleAdmin.password));
  }
  await app.startWorkers();

  return {
    app,
    engine,
    environments,
    async measure(wanted, selection) {
      const startedAt = performance.now();
      const runs = await context.runs.insert(
        wanted.map(({ id }) => ({
          environmentId: id,
          selection: { ...emptySelection, ...selection },
          requestedBy: 'bench',
        })),
      );
      const numbers = runs.map(({ id }) => id);
      const { signal } = new AbortController();
      await watchRuns(createLocalCaller(app), numbers, { onProgress: () => {}, signal });
      const seconds = (performance.now() - startedAt) / 1000;
      const finished = await Promise.all(numbers.map((id) => context.runs.get(id)));
      for (const { id, verdict, reason } of finished) {
        if (verdict !== 'passed') throw new Error(`Run ${id} is ${verdict}: ${reason?.message}`);
      }
      return { seconds, runs: finished };
    },
    async close() {
      await app.stopWorkers({ now: true });
      await (await context.pool()).prune(async () => []);
      await app.close();
      await engine.close();
      await Promise.all(shops.map((shop) => shop.close()));
      await rm(folder, { recursive: true, force: true });
    },
  };
}
