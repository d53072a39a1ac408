import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import {
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { freePort } from './redis.ts';
import { waitFor } from './wait-for.ts';

export interface TestPostgres {
  /** Of the database `postgres`, with user and password. */
  url: string;
  port: number;
  /** Sends SIGKILL to the server: `start` recovers committed data. */
  kill(): Promise<void>;
  /** Ends the server (fast shutdown); `start` starts it again on the same port. */
  shutdown(): Promise<void>;
  start(): Promise<void>;
  /** Stops (SIGSTOP) or continues (SIGCONT) the server and all its connections. */
  signal(signal: 'SIGSTOP' | 'SIGCONT'): void;
  /** Ends it for good and removes its folder. */
  stop(): Promise<void>;
}

export const postgresPassword = 'pa55-of-the-tests';

/**
 * A PostgreSQL for tests, on a free port of the loopback interface. It ends with this process in any case. `settings`
 * (`name=value`) override those that make tests quick.
 */
export async function startPostgres(options: { settings?: string[] } = {}): Promise<TestPostgres> {
  const home = mkdtempSync(join(tmpdir(), 'matre-postgres-'));
  const folder = join(home, 'data');
  const programs = programsFolder();
  // The server refuses to run as root.
  const user = process.getuid?.() === 0 ? postgresUser() : undefined;
  const identity = user ? { uid: user.uid, gid: user.gid } : {};
  mkdirSync(folder, { mode: 0o700 });
  const passwordFile = join(home, 'password');
  writeFileSync(passwordFile, postgresPassword);
  for (const path of user ? [home, folder, passwordFile] : [])
    chownSync(path, user?.uid ?? 0, user?.gid ?? 0);
  execFileSync(
    join(programs, 'initdb'),
    [
      '-D',
      folder,
      '-U',
      'matre',
      '--auth=scram-sha-256',
      `--pwfile=${passwordFile}`,
      '--no-sync',
      '-E',
      'UTF8',
    ],
    { stdio: 'ignore', cwd: home, ...identity },
  );
  const port = await freePort();
  const url = `postgres://matre:${postgresPassword}@127.0.0.1:${port}/postgres`;
  // Without fsync, committed data still survives a killed server, though not a crash of the machine.
  const settings = [
    'fsync=off',
    'listen_addresses=127.0.0.1',
    'unix_socket_directories=',
    'max_connections=200',
    ...(options.settings ?? []),
  ];
  let server: ChildProcess;

  async function start(): Promise<void> {
    const argv = ['-D', folder, '-p', String(port), ...settings.flatMap((setting) => ['-c', setting])];
    server = spawn(
      'setpriv',
      [
        ...(user ? [`--reuid=${user.uid}`, `--regid=${user.gid}`, '--clear-groups'] : []),
        '--pdeathsig=INT',
        join(programs, 'postgres'),
        ...argv,
      ],
      { stdio: 'ignore', cwd: home },
    );
    await waitFor(async () => {
      await withClient(url, (client) => client.query('SELECT 1'));
      return true;
    });
  }

  async function end(signal: NodeJS.Signals): Promise<void> {
    if (server.exitCode !== null || server.signalCode !== null) return;
    const exit = once(server, 'exit');
    server.kill(signal);
    await exit;
  }

  await start();
  return {
    url,
    port,
    start,
    shutdown: () => end('SIGINT'),
    async kill() {
      // Its children outlive it for a moment: they would continue a transaction, and prevent the start of a new server.
      const children = childrenOf(server.pid);
      await end('SIGKILL');
      for (const pid of children) killIfThere(pid);
      await waitFor(() => !children.some(isAlive));
    },
    signal(signal) {
      for (const pid of [server.pid, ...childrenOf(server.pid)]) if (pid) process.kill(pid, signal);
    },
    async stop() {
      await end('SIGINT');
      rmSync(home, { recursive: true, force: true });
    },
  };
}

let own: Promise<TestPostgres> | undefined;
let users = 0;

/**
 * A fresh database, on the server of MATRE_TEST_POSTGRES_URL or on one that the databases of this process share. Call
 * `drop` when done: the last one ends the server. `schema`: a copy of the database of MATRE_TEST_POSTGRES_TEMPLATE, if there is one;
 * applying all migrations instead takes several times the work.
 */
export async function sharedPostgres(
  options: { schema?: boolean } = {},
): Promise<{ url: string; drop(): Promise<void> }> {
  const serverUrl = process.env.MATRE_TEST_POSTGRES_URL;
  const template = options.schema ? process.env.MATRE_TEST_POSTGRES_TEMPLATE : undefined;
  users += 1;
  if (!serverUrl) own ??= startPostgres();
  const server = serverUrl ?? (await own)?.url ?? '';
  const name = `matre_test_${randomUUID().replaceAll('-', '')}`;
  const from = template ? ` TEMPLATE ${template}` : '';
  await withClient(server, (client) => client.query(`CREATE DATABASE ${name}${from}`));
  const url = new URL(server);
  url.pathname = `/${name}`;
  return {
    url: url.href,
    async drop() {
      users -= 1;
      if (serverUrl) {
        await withClient(serverUrl, (client) => client.query(`DROP DATABASE ${name} WITH (FORCE)`));
      } else if (users === 0) {
        const last = await own;
        own = undefined;
        await last?.stop();
      }
    },
  };
}

/** A separate connection, without the code under test. */
export async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** The newest installed version (Debian installs them side by side), or the one of the path. */
function programsFolder(): string {
  const root = '/usr/lib/postgresql';
  const versions = existsSync(root) ? readdirSync(root).sort((a, b) => Number(b) - Number(a)) : [];
  const newest = versions
    .map((version) => join(root, version, 'bin'))
    .find((bin) => existsSync(join(bin, 'initdb')));
  return newest ?? '';
}

function postgresUser(): { uid: number; gid: number } {
  const id = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}

function childrenOf(pid: number | undefined): number[] {
  if (pid === undefined || !existsSync(`/proc/${pid}`)) return [];
  const pids = execFileSync('ps', ['-o', 'pid=', '--ppid', String(pid)], { encoding: 'utf8' });
  return pids.trim().split(/\s+/).map(Number).filter(Boolean);
}

/** A zombie, whose parent has not reaped it yet, is not alive. */
function isAlive(pid: number): boolean {
  try {
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

function killIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended.
  }
}
