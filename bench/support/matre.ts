import { join } from 'node:path';
import { type App, openApp } from '../../src/app/app.ts';
import { createLocalCaller } from '../../src/cli/client/local.ts';
import { watchRuns } from '../../src/cli/client/watch.ts';
import type { Config } from '../../src/config/config.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { openEngine } from '../../src/engine/open-engine.ts';
import { createLog } from '../../src/log.ts';
import type { Environment } from '../../src/model/environment.ts';
import type { Run } from '../../src/model/run.ts';
import { emptySelection, type Selection } from '../../src/model/selection.ts';

/** One whole matre: the server's parts and its workers in this process, on an empty data folder. */
export interface Matre {
  app: App;
  config: Config;
  engine: Engine;
  environments: Environment[];
  /** Submits a run for each of the environments and waits until all have passed. Rejects when one does not pass. */
  run(environments: Environment[], selection: Partial<Selection>): Promise<Run[]>;
  /** Like `run`, whatever the verdicts are. */
  finish(environments: Environment[], selection: Partial<Selection>): Promise<Run[]>;
  close(): Promise<void>;
}

export const log = createLog({ level: 'error' });

/** `MATRE_ENGINE` (docker, sandbox or auto) and `DOCKER_HOST` choose the engine, as for matre, unless `kind` does. */
export function openBenchEngine(
  data: string,
  kind = (process.env['MATRE_ENGINE'] ?? 'auto') as 'auto' | Engine['kind'],
) {
  const dockerHost = process.env['DOCKER_HOST'];
  return openEngine({ kind, dockerHost, sandboxFolder: join(data, 'sandboxes'), log });
}

/** `settings` as in the environment of a process; MATRE_DATA and MATRE_ENGINE among them. */
export async function startMatre(options: {
  settings: Record<string, string | undefined> & { MATRE_DATA: string; MATRE_ENGINE: Engine['kind'] };
  environments: { code: string; baseUrl: string; admin: { username: string; password: string } }[];
}): Promise<Matre> {
  const { settings } = options;
  const environment = { DOCKER_HOST: process.env['DOCKER_HOST'], ...settings };
  const config = loadConfig({ environment, file: '/dev/null' });
  const app = await openApp(config, { log });
  const { context } = app;
  // Names of containers end in these numbers, and other programs may use the same engine.
  const first = 1_000_000 + Math.floor(Math.random() * 1_000_000_000);
  await context.database.script(`ALTER TABLE environment ALTER COLUMN id RESTART WITH ${first}`);
  const environments: Environment[] = [];
  for (const { code, baseUrl, admin } of options.environments) {
    const { id } = await context.environments.create({
      ...{ code, name: code, baseUrl, backendName: 'admin', adminUsername: admin.username },
    });
    environments.push(await context.environments.setPassword(id, admin.password));
  }
  await app.startWorkers();
  const engine = await openBenchEngine(settings.MATRE_DATA, settings.MATRE_ENGINE);

  const finish: Matre['finish'] = async (codes, selection) => {
    const runs = await context.runs.insert(
      codes.map(({ id }) => ({
        environmentId: id,
        selection: { ...emptySelection, ...selection },
        requestedBy: 'bench',
      })),
    );
    const numbers = runs.map(({ id }) => id);
    const { signal } = new AbortController();
    await watchRuns(createLocalCaller(app), numbers, { onProgress: () => {}, signal });
    return Promise.all(numbers.map((id) => context.runs.get(id)));
  };

  return {
    ...{ app, config, engine, environments, finish },
    async run(codes, selection) {
      const finished = await finish(codes, selection);
      for (const { id, verdict, reason } of finished) {
        if (verdict !== 'passed') throw new Error(`Run ${id} is ${verdict}: ${reason?.message}`);
      }
      return finished;
    },
    async close() {
      await app.stopWorkers({ now: true });
      await (await context.pool()).prune(async () => []);
      await app.close();
      await engine.close();
    },
  };
}
