import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Database } from '../../src/store/database/database.ts';
import { migrate } from '../../src/store/database/migrate.ts';
import { openPostgres } from '../../src/store/database/postgres.ts';
import { type Installation, onPostgres } from '../faults/installation.ts';
import { longDelays } from '../faults/module.ts';
import { addEnvironments, createSharedSetup, faketimeLibrary, silentLog } from '../faults/stores.ts';
import { joinWorkers, startWorkers } from '../faults/workers.ts';
import { startPostgres } from '../support/postgres.ts';
import { startProxy } from '../support/proxy.ts';
import { startRedis } from '../support/redis.ts';
import { type Host, openHost } from './host.ts';

export interface HostsOptions {
  hosts: number;
  /** Concurrent runs on each. */
  slots: number;
  environments: number;
}

/** One installation on several hosts. PostgreSQL and Redis are on another machine. */
export interface HostsHarness extends Installation {
  hosts: Host[];
  database: Database;
  /** The folder of logs and journals. */
  folder: string;
  /** Of the test processes of an environment, on any host. */
  journal(code: string): string;
  close(options: { keepFolder: boolean }): Promise<void>;
}

export async function openHosts(options: HostsOptions): Promise<HostsHarness> {
  const folder = await mkdtemp(join(tmpdir(), 'matre-hosts-'));
  const closing: (() => Promise<unknown> | unknown)[] = [];
  const close = async ({ keepFolder }: { keepFolder: boolean }) => {
    for (const step of closing.splice(0).reverse()) await step();
    if (!keepFolder) await rm(folder, { recursive: true, force: true });
  };
  try {
    const codes = Array.from({ length: options.environments }, (_, index) => `shop-${index + 1}`);
    const { settings, journal } = await createSharedSetup(folder, codes, longDelays);
    const postgres = await startPostgres();
    closing.push(postgres.stop);
    const redis = await startRedis();
    closing.push(redis.stop);
    const database = await openPostgres({ url: postgres.url, log: silentLog });
    closing.push(database.close);
    await migrate(database, { log: silentLog });
    const environments = await addEnvironments(database, codes, 'http://127.0.0.1/');
    // 198.18.0.0/15 is for tests of networks, RFC 2544.
    const network = `198.18.${Math.floor(Math.random() * 256)}`;
    const opening = Array.from({ length: options.hosts }, (_, index) => openHost({ folder, network, index }));
    const outcomes = await Promise.allSettled(opening);
    const hosts = outcomes.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
    closing.push(() => Promise.all(hosts.map((host) => host.close())));
    await Promise.all(opening);

    const groups = await Promise.all(
      hosts.map(async ({ name, gateway, commandPrefix, settings: ownSettings }) => {
        const [toPostgres, toRedis] = [
          await startProxy(postgres.port, gateway),
          await startProxy(redis.port, gateway),
        ];
        closing.push(toPostgres.close, toRedis.close);
        const url = new URL(postgres.url);
        url.host = `${gateway}:${toPostgres.port}`;
        return startWorkers({
          names: [name],
          command: 'worker',
          folder,
          faketime: faketimeLibrary(),
          commandPrefix: commandPrefix,
          settings: {
            ...settings,
            ...ownSettings,
            DATABASE_URL: url.href,
            LOCK_DSN: `redis://${gateway}:${toRedis.port}`,
            MATRE_ARTIFACTS: 'database',
            MATRE_WORKERS: String(options.slots),
          },
        });
      }),
    );
    const workers = joinWorkers(groups);
    closing.push(() => workers.stop());
    return {
      ...onPostgres({ database, environments, workers, delays: longDelays }),
      hosts,
      database,
      folder,
      journal,
      close,
    };
  } catch (error) {
    await close({ keepFolder: true });
    throw error;
  }
}
