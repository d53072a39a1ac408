import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createConnection } from 'mysql2/promise';
import { waitFor } from './wait-for.ts';

const run = promisify(execFile);

/** Where Debian has it; the path of a user who is not root lacks the folder. */
const program = '/usr/sbin/mariadbd';

/** Whether this machine has MariaDB (scripts/need.sh installs it). */
export const hasMariaDb = existsSync(program);

/** A MariaDB server of a test on a free port, with the database `matre` and the user `reader`, who can only read it. */
export interface MariaDb {
  port: number;
  password: string;
  /** Executes a statement as root, with its parameters. */
  execute(sql: string, parameters?: unknown[]): Promise<void>;
  /** The dump of the database. */
  dump(...options: string[]): Promise<Buffer>;
  stop(): Promise<void>;
}

export async function startMariaDb(): Promise<MariaDb> {
  const folder = await mkdtemp(join(tmpdir(), 'matre-mariadb-'));
  const [data, socket] = [join(folder, 'data'), join(folder, 's.sock')];
  const user = process.getuid?.() === 0 ? ['--user=root'] : [];
  const small = [
    '--innodb-log-file-size=4M',
    '--innodb-buffer-pool-size=16M',
    '--innodb-flush-log-at-trx-commit=0',
  ];
  await run('mariadb-install-db', [
    '--no-defaults',
    `--datadir=${data}`,
    '--auth-root-authentication-method=normal',
    '--skip-test-db',
    ...user,
  ]);
  const port = await freePort();
  const server: ChildProcess = spawn(
    program,
    [
      '--no-defaults',
      `--datadir=${data}`,
      `--socket=${socket}`,
      `--port=${port}`,
      '--bind-address=127.0.0.1',
      ...user,
      ...small,
    ],
    { stdio: 'ignore' },
  );
  const root = await waitFor(async () =>
    createConnection({ socketPath: socket, user: 'root' }).catch(() => undefined),
  );
  const password = 'p@ss:w/ord%';
  await root.query('CREATE DATABASE matre CHARACTER SET utf8mb4');
  await root.query('USE matre');
  await root.query(`CREATE USER reader@'127.0.0.1' IDENTIFIED BY ${root.escape(password)}`);
  await root.query(`GRANT SELECT ON matre.* TO reader@'127.0.0.1'`);
  return {
    ...{ port, password },
    async execute(sql, parameters = []) {
      await root.query(sql, parameters);
    },
    async dump(...options) {
      const args = ['--no-defaults', `--socket=${socket}`, '--user=root', ...options, 'matre'];
      return (await run('mariadb-dump', args, { encoding: 'buffer', maxBuffer: 64 * 1024 * 1024 })).stdout;
    },
    async stop() {
      const ended = new Promise((resolve) => server.once('exit', resolve));
      await root.end();
      server.kill('SIGKILL');
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject).listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
