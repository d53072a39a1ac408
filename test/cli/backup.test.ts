import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { advisoryLocks } from '../../src/store/database/advisory-locks.ts';
import { lockFolder } from '../../src/store/database/folder-lock.ts';
import { migrate } from '../../src/store/database/migrate.ts';
import { openPostgres } from '../../src/store/database/postgres.ts';
import { cli, cliHere, startCli } from '../support/cli.ts';
import { embeddedFolder, quiet } from '../support/database.ts';
import { sharedPostgres } from '../support/postgres.ts';
import { waitFor } from '../support/wait-for.ts';

let home: string;
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'matre-backup-cli-'));
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

describe('of a data folder with its embedded database', () => {
  it('a backup brings environments and secrets to another folder', async () => {
    const [from, to] = [await embeddedFolder(), join(home, 'new')];
    const file = join(home, 'embedded.tar.gz');
    const on = (folder: string, ...args: string[]) => cli(args, { settings: { MATRE_DATA: folder } });
    const add = ['env', 'add', 'us', '--base-url', 'https://us.test', '--admin-username', 'admin'];
    expect((await on(from, ...add)).code).toBe(0);
    const backup = await on(from, 'backup', file);
    expect(backup).toMatchObject({ code: 0, stdout: expect.stringContaining('is complete') });
    expect(backup.stdout).toContain('It has the secret key');
    expect((await on(from, 'backup', file)).stderr).toContain('INPUT_INVALID');

    expect(await on(to, 'restore', file)).toMatchObject({ code: 0, stderr: '' });
    expect((await on(to, 'env', 'list')).stdout).toMatch(/^1 +us/m);
    expect(await on(to, 'restore', file)).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('DATABASE_NOT_EMPTY'),
    });
    expect(await on(to, 'restore', file, '--replace')).toMatchObject({ code: 0 });

    const lock = await lockFolder(to);
    for (const command of ['backup', 'restore']) {
      const { code, stderr } = await cliHere([command, file], { settings: { MATRE_DATA: to } });
      expect([code, stderr]).toEqual([3, expect.stringContaining('DATA_FOLDER_IN_USE')]);
    }
    await lock.release();
    rmSync(from, { recursive: true });
  });
});

describe('of PostgreSQL', () => {
  it('a restore that is killed changes nothing, lets no process start, and can be repeated', async () => {
    const postgres = await sharedPostgres();
    const database = await openPostgres({ url: postgres.url, log: quiet });
    await migrate(database, { log: quiet });
    await database.query(
      `INSERT INTO environment (code, name, base_url, backend_name, admin_username) VALUES ('a', 'a', 'http://a/', 'admin', 'x')`,
    );
    await database.close();
    const data = join(home, 'data');
    const settings = { DATABASE_URL: postgres.url, MATRE_DATA: data };
    const file = join(home, 'postgres.tar.gz');
    const holder = new pg.Client({ connectionString: postgres.url });
    await holder.connect();
    try {
      expect((await cliHere(['backup', file], { settings })).code).toBe(0);
      await holder.query(`UPDATE environment SET name = 'changed after the backup'`);
      // The restore waits for this lock after it has read the whole file.
      await holder.query('SELECT pg_advisory_lock($1)', [advisoryLocks.schema]);
      const restoring = startCli(['restore', file, '--replace'], { settings });
      await waitFor(() => existsSync(join(data, 'restore-unfinished')));
      restoring.process.kill('SIGKILL');
      await restoring.done;
      await holder.query('SELECT pg_advisory_unlock($1)', [advisoryLocks.schema]);

      for (const command of [['backup', join(home, 'mixed')], ['env', 'list'], ['worker']]) {
        const refused = await cliHere(command, {
          settings: { ...settings, LOCK_DSN: 'redis://127.0.0.1:1' },
        });
        expect(refused).toMatchObject({ code: 3, stderr: expect.stringContaining('RESTORE_UNFINISHED') });
      }
      const read = async () => (await holder.query('SELECT name FROM environment')).rows;
      expect(await read()).toEqual([{ name: 'changed after the backup' }]);
      // The connection of the killed process ends a moment later.
      await waitFor(async () => (await cliHere(['restore', file, '--replace'], { settings })).code === 0);
      expect(await read()).toEqual([{ name: 'a' }]);
      expect(readdirSync(data).filter((name) => name.startsWith('restore-'))).toEqual([]);
    } finally {
      await holder.end();
      await postgres.drop();
    }
  });
});
