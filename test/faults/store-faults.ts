import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createClient } from 'redis';
import { withClient } from '../support/postgres.ts';
import { waitFor } from '../support/wait-for.ts';
import { breaksEnvironment, done, type FaultKind } from './fault-kind.ts';
import type { Harness } from './harness.ts';

async function sql({ postgres }: Harness, ...statements: string[]): Promise<void> {
  await withClient(postgres.url, async (client) => {
    for (const statement of statements) await client.query(statement);
  });
}

async function redis({ redis: { url } }: Harness, ...commands: string[][]): Promise<void> {
  const client = createClient({ url });
  client.on('error', () => {});
  await client.connect();
  for (const command of commands) await client.sendCommand(command);
  client.destroy();
}

function postmaster(folder: string): number {
  return Number(readFileSync(join(folder, 'postmaster.pid'), 'utf8').split('\n')[0]);
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** Until workers notice that a store is back and expired runs are requeued: 7 s were seen on a busy machine. */
const outageS = 12;

export const postgresFaults: FaultKind[] = [
  {
    on: 'postgres',
    name: 'PostgreSQL connections cut',
    mayBreak: breaksEnvironment(outageS, 'DATABASE_UNREACHABLE', 'WORKER_LOST'),
    async begin(harness) {
      await sql(
        harness,
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'matre'`,
      );
      return done;
    },
  },
  {
    on: 'postgres',
    name: 'PostgreSQL restarted',
    mayBreak: breaksEnvironment(outageS, 'DATABASE_UNREACHABLE', 'WORKER_LOST'),
    durationMs: [200, 1_500],
    async begin({ postgres }) {
      await postgres.shutdown();
      return () => postgres.start();
    },
  },
  {
    on: 'postgres',
    name: 'PostgreSQL killed, recovers',
    mayBreak: breaksEnvironment(outageS, 'DATABASE_UNREACHABLE', 'WORKER_LOST'),
    durationMs: [700, 1_500],
    async begin(harness) {
      const [row] = await harness.database.query<{ data_directory: string }>('SHOW data_directory');
      const pid = postmaster(row?.data_directory ?? '');
      process.kill(pid, 'SIGQUIT');
      await waitFor(() => !isAlive(pid));
      return () => harness.postgres.start();
    },
  },
  {
    on: 'postgres',
    name: 'PostgreSQL read-only',
    mayBreak: breaksEnvironment(outageS, 'DATABASE_UNREACHABLE', 'WORKER_LOST'),
    durationMs: [1_000, 3_000],
    async begin(harness) {
      await sql(harness, 'ALTER SYSTEM SET default_transaction_read_only = on', 'SELECT pg_reload_conf()');
      return () =>
        sql(harness, 'ALTER SYSTEM RESET default_transaction_read_only', 'SELECT pg_reload_conf()');
    },
  },
  {
    on: 'postgres',
    name: 'PostgreSQL stopped (SIGSTOP)',
    mayBreak: breaksEnvironment(outageS, 'DATABASE_UNREACHABLE', 'WORKER_LOST'),
    durationMs: [2_000, 5_000],
    begin({ postgres }) {
      postgres.signal('SIGSTOP');
      return () => postgres.signal('SIGCONT');
    },
  },
  {
    on: 'postgres',
    name: 'network to PostgreSQL frozen',
    mayBreak: breaksEnvironment(outageS, 'DATABASE_UNREACHABLE', 'WORKER_LOST'),
    durationMs: [2_000, 5_000],
    begin({ proxies }) {
      proxies.postgres.freeze();
      return () => proxies.postgres.thaw();
    },
  },
  {
    on: 'postgres',
    name: 'connections to PostgreSQL half-open',
    mayBreak: breaksEnvironment(outageS, 'DATABASE_UNREACHABLE', 'WORKER_LOST'),
    begin: ({ proxies }) => {
      proxies.postgres.loseConnections();
      return done;
    },
  },
];

export const redisFaults: FaultKind[] = [
  {
    on: 'redis',
    name: 'Redis killed, restarted empty',
    mayBreak: breaksEnvironment(outageS, 'LOCK_LOST', 'LOCK_STORE_UNREACHABLE'),
    durationMs: [200, 5_000],
    async begin({ redis }) {
      await redis.kill();
      return () => redis.restart();
    },
  },
  {
    on: 'redis',
    name: 'Redis emptied',
    mayBreak: breaksEnvironment(outageS, 'LOCK_LOST', 'LOCK_STORE_UNREACHABLE'),
    async begin(harness) {
      await redis(harness, ['FLUSHALL']);
      return done;
    },
  },
  {
    on: 'redis',
    name: 'Redis stopped past the TTL',
    mayBreak: breaksEnvironment(outageS, 'LOCK_LOST', 'LOCK_STORE_UNREACHABLE'),
    durationMs: [3_500, 5_000],
    begin({ redis }) {
      redis.pause();
      return () => redis.resume();
    },
  },
  {
    on: 'redis',
    name: 'Redis connections cut',
    mayBreak: breaksEnvironment(outageS, 'LOCK_LOST', 'LOCK_STORE_UNREACHABLE'),
    async begin(harness) {
      await redis(harness, ['CLIENT', 'KILL', 'TYPE', 'normal'], ['CLIENT', 'KILL', 'TYPE', 'pubsub']);
      return done;
    },
  },
  {
    on: 'redis',
    name: 'network to Redis frozen',
    mayBreak: breaksEnvironment(outageS, 'LOCK_LOST', 'LOCK_STORE_UNREACHABLE'),
    durationMs: [1_000, 5_000],
    begin({ proxies }) {
      proxies.redis.freeze();
      return () => proxies.redis.thaw();
    },
  },
  {
    on: 'redis',
    name: 'connections to Redis half-open',
    mayBreak: breaksEnvironment(outageS, 'LOCK_LOST', 'LOCK_STORE_UNREACHABLE'),
    begin: ({ proxies }) => {
      proxies.redis.loseConnections();
      return done;
    },
  },
];
