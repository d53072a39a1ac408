import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createClient } from 'redis';
import { capture } from '../../src/engine/capture.ts';
import { createLayout } from '../../src/mftf/layout.ts';
import { withClient } from '../support/postgres.ts';
import { until } from '../support/until.ts';
import type { Post } from './crew.ts';
import type { WorldEnvironment } from './ground.ts';
import type { Random } from './random.ts';
import type { World } from './world.ts';

/** Undoes a fault. */
type Heal = () => Promise<unknown> | unknown;

interface Kind<Target> {
  name: string;
  /** How long it lasts, in milliseconds; without it there is nothing to undo. */
  lasts?: [low: number, high: number];
  /** Why this world cannot have it; it can by default. */
  notBecause?(world: World): string | undefined;
  begin(world: World, target: Target, random: Random): Promise<Heal | undefined> | Heal | undefined;
}

/** Faults by what they hit. Everything in them really happens, to real processes, servers and containers. */
export type FaultKind =
  | ({ on: 'worker' } & Kind<Post>)
  | ({ on: 'container' } & Kind<WorldEnvironment>)
  | ({ on: 'postgres' } & Kind<undefined>)
  | ({ on: 'redis' } & Kind<undefined>)
  | ({ on: 'engine' } & Kind<undefined>)
  | ({ on: 'disk' } & Kind<undefined>)
  | ({ on: 'embedded' } & Kind<undefined>);

/** Nothing to undo. */
const done = undefined;
const { generated } = createLayout('/var/www/html', 'app/code/TestModule');

/** Why a kind is left out when something it needs is not there. */
const needs = (what: unknown, otherwise: string) => (what ? undefined : otherwise);
const needsDocker = ({ containers }: World) => needs(containers.docker, 'only with Docker');
const needsFaketime = ({ crew }: World) => needs(crew.canMoveClocks, 'libfaketime is not installed');
const needsOwnEngine = ({ containers }: World) =>
  needs(containers.own, 'the engine is not ours to restart; ENGINE=own, as root, starts one');

/** In the container of an environment, if it is there. */
async function inside({ engine }: World, { container }: WorldEnvironment, ...argv: string[]): Promise<void> {
  await capture(engine, container, argv).catch(() => {});
}

async function sql({ postgres }: World, ...statements: string[]): Promise<void> {
  await withClient(postgres.url, async (client) => {
    for (const statement of statements) await client.query(statement);
  });
}

async function redis({ redis: { url } }: World, ...commands: string[][]): Promise<void> {
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

const workerFaults: FaultKind[] = [
  {
    on: 'worker',
    name: 'worker killed',
    begin: (_, post) => {
      post.signal('SIGKILL');
      return done;
    },
  },
  {
    on: 'worker',
    name: 'worker stopped past its lease, goes on',
    lasts: [4_000, 6_000],
    begin(_, post) {
      post.signal('SIGSTOP');
      return () => post.signal('SIGCONT');
    },
  },
  {
    on: 'worker',
    name: 'worker stopped for a moment',
    lasts: [500, 1_500],
    begin(_, post) {
      post.signal('SIGSTOP');
      return () => post.signal('SIGCONT');
    },
  },
  {
    on: 'worker',
    name: 'worker asked to stop',
    begin: (_, post) => {
      post.signal('SIGTERM');
      return done;
    },
  },
  {
    on: 'worker',
    name: 'worker asked twice to stop',
    lasts: [50, 500],
    begin(_, post) {
      const { pid } = post;
      post.signal('SIGTERM');
      return () => {
        if (post.pid === pid) post.signal('SIGTERM');
      };
    },
  },
  {
    on: 'worker',
    name: 'clock of a worker an hour ahead',
    lasts: [2_000, 5_000],
    notBecause: needsFaketime,
    begin(_, post) {
      post.moveClock(3600);
      return () => post.moveClock(0);
    },
  },
  {
    on: 'worker',
    name: 'clock of a worker an hour behind',
    lasts: [2_000, 5_000],
    notBecause: needsFaketime,
    begin(_, post) {
      post.moveClock(-3600);
      return () => post.moveClock(0);
    },
  },
];

const containerFaults: FaultKind[] = [
  {
    on: 'container',
    name: 'container removed',
    async begin({ engine }, { container }) {
      await engine.remove(container).catch(() => {});
      return done;
    },
  },
  {
    on: 'container',
    name: 'container killed',
    notBecause: needsDocker,
    async begin({ containers }, { container }) {
      await containers.docker
        ?.getContainer(container)
        .kill()
        .catch(() => {});
      return done;
    },
  },
  {
    on: 'container',
    name: 'container paused',
    notBecause: needsDocker,
    lasts: [1_000, 4_000],
    async begin({ containers }, { container }) {
      const found = containers.docker?.getContainer(container);
      await found?.pause().catch(() => {});
      return () => found?.unpause().catch(() => {});
    },
  },
  {
    on: 'container',
    name: 'test processes killed',
    async begin(world, environment) {
      await inside(world, environment, 'sh', '/opt/matre/supervisor.sh', 'clear');
      return done;
    },
  },
  {
    on: 'container',
    name: 'supervisor killed',
    async begin(world, environment) {
      await inside(world, environment, 'pkill', '-9', '-f', 'supervisor.sh run');
      return done;
    },
  },
  {
    on: 'container',
    name: 'generated files deleted',
    async begin(world, environment) {
      await inside(world, environment, 'sh', '-c', `rm -rf ${generated}/*`);
      return done;
    },
  },
  {
    on: 'container',
    name: 'tmpfs full',
    lasts: [500, 2_000],
    async begin(world, environment) {
      for (const folder of [generated, '/matre/run']) {
        await inside(world, environment, 'dd', 'if=/dev/zero', `of=${folder}/filler`, 'bs=64k');
      }
      return async () => {
        await inside(world, environment, 'rm', '-f', `${generated}/filler`, '/matre/run/filler');
      };
    },
  },
  {
    on: 'container',
    name: 'out of memory',
    notBecause: needsDocker,
    async begin(world, environment) {
      await inside(world, environment, 'dd', 'if=/dev/zero', 'of=/dev/null', 'bs=400M', 'count=1');
      return done;
    },
  },
];

const postgresFaults: FaultKind[] = [
  {
    on: 'postgres',
    name: 'PostgreSQL connections cut',
    async begin(world) {
      await sql(
        world,
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'matre'`,
      );
      return done;
    },
  },
  {
    on: 'postgres',
    name: 'PostgreSQL restarted',
    lasts: [200, 1_500],
    async begin({ postgres }) {
      await postgres.shutdown();
      return () => postgres.start();
    },
  },
  {
    on: 'postgres',
    name: 'PostgreSQL dies, recovers',
    lasts: [700, 1_500],
    async begin(world) {
      const [row] = await world.database.query<{ data_directory: string }>('SHOW data_directory');
      const pid = postmaster(row?.data_directory ?? '');
      process.kill(pid, 'SIGQUIT');
      await until(() => !isAlive(pid));
      return () => world.postgres.start();
    },
  },
  {
    on: 'postgres',
    name: 'PostgreSQL read-only',
    lasts: [1_000, 3_000],
    async begin(world) {
      await sql(world, 'ALTER SYSTEM SET default_transaction_read_only = on', 'SELECT pg_reload_conf()');
      return () => sql(world, 'ALTER SYSTEM RESET default_transaction_read_only', 'SELECT pg_reload_conf()');
    },
  },
  {
    on: 'postgres',
    name: 'PostgreSQL stopped (SIGSTOP)',
    lasts: [2_000, 5_000],
    begin({ postgres }) {
      postgres.signal('SIGSTOP');
      return () => postgres.signal('SIGCONT');
    },
  },
  {
    on: 'postgres',
    name: 'network to PostgreSQL frozen',
    lasts: [2_000, 5_000],
    begin({ ways }) {
      ways.postgres.freeze();
      return () => ways.postgres.thaw();
    },
  },
  {
    on: 'postgres',
    name: 'connections to PostgreSQL half-open',
    begin: ({ ways }) => {
      ways.postgres.loseConnections();
      return done;
    },
  },
];

const redisFaults: FaultKind[] = [
  {
    on: 'redis',
    name: 'Redis killed, back empty',
    lasts: [200, 5_000],
    async begin({ redis }) {
      await redis.kill();
      return () => redis.restart();
    },
  },
  {
    on: 'redis',
    name: 'Redis emptied',
    async begin(world) {
      await redis(world, ['FLUSHALL']);
      return done;
    },
  },
  {
    on: 'redis',
    name: 'Redis stopped past the TTL',
    lasts: [3_500, 5_000],
    begin({ redis }) {
      redis.pause();
      return () => redis.resume();
    },
  },
  {
    on: 'redis',
    name: 'Redis connections cut',
    async begin(world) {
      await redis(world, ['CLIENT', 'KILL', 'TYPE', 'normal'], ['CLIENT', 'KILL', 'TYPE', 'pubsub']);
      return done;
    },
  },
  {
    on: 'redis',
    name: 'network to Redis frozen',
    lasts: [1_000, 5_000],
    begin({ ways }) {
      ways.redis.freeze();
      return () => ways.redis.thaw();
    },
  },
  {
    on: 'redis',
    name: 'connections to Redis half-open',
    begin: ({ ways }) => {
      ways.redis.loseConnections();
      return done;
    },
  },
];

const restartOfEngine = (name: string, signal: 'SIGTERM' | 'SIGKILL'): FaultKind => ({
  on: 'engine',
  name,
  lasts: [100, 1_000],
  notBecause: needsOwnEngine,
  async begin({ containers: { own } }) {
    await own?.end(signal);
    return () => own?.start();
  },
});

const otherFaults: FaultKind[] = [
  restartOfEngine('Docker Engine restarted', 'SIGTERM'),
  restartOfEngine('Docker Engine killed, back again', 'SIGKILL'),
  {
    on: 'disk',
    name: 'data folder full',
    lasts: [1_000, 3_000],
    notBecause: ({ disk }) => needs(disk, 'a small file system could not be mounted: not root'),
    async begin({ disk }) {
      await disk?.fill();
      return () => disk?.free();
    },
  },
  {
    on: 'embedded',
    name: 'process with the embedded database killed in mid-write',
    lasts: [0, 0],
    notBecause: ({ embedded }) => needs(embedded, 'no such installation'),
    async begin({ embedded }, _, random) {
      await embedded?.killInMidWrite(random);
      return () => until(() => embedded?.crew.posts.every(({ ready }) => ready));
    },
  },
];

export const faultKinds: FaultKind[] = [
  ...workerFaults,
  ...containerFaults,
  ...postgresFaults,
  ...redisFaults,
  ...otherFaults,
];
