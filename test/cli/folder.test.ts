import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readFolderOwner } from '../../src/store/database/folder-lock.ts';
import { cli, cliHere, startCli } from '../support/cli.ts';
import { embeddedFolder } from '../support/database.ts';

let folder: string;
beforeAll(async () => {
  folder = await embeddedFolder();
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Each command opens the embedded database again, which takes a minute on a busy machine. */
const settings = () => ({ MATRE_DATA: folder, MATRE_PORT: '0', MATRE_FOLDER_WAIT: '10m' });
const ask = (...args: string[]) => cli(args, { settings: settings() });

describe('without a server', () => {
  it('commands use the data folder one after the other', async () => {
    const added = await ask('env', 'add', 'us', '--base-url', 'https://us.test', '--admin-username', 'admin');
    expect(added).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining('added with id 1') });
    // Two at once: the folder is for one process, so the second waits for the first.
    const [first, second] = await Promise.all([ask('env', 'list'), ask('env', 'show', 'us', '--json')]);
    expect(first.stdout).toMatch(/^1 +us/m);
    expect(JSON.parse(second.stdout)).toMatchObject({ code: 'us', baseUrl: 'https://us.test/' });
    const submitted = await ask('run', '-e', 'us', '--all');
    expect(submitted.code).toBe(0);
    expect(submitted.stderr).toContain('No worker is connected');
  });

  it('a wrong key is reported, and nothing is overwritten', async () => {
    const key = join(folder, 'secret.key');
    expect((await stat(key)).mode & 0o777).toBe(0o600);
    const other = await cli(['env', 'list'], {
      settings: { ...settings(), MATRE_SECRET_KEY: Buffer.alloc(32, 7).toString('base64') },
    });
    expect(other).toMatchObject({ code: 3, stdout: '', stderr: expect.stringContaining('SECRET_KEY_WRONG') });
    expect((await ask('env', 'list')).code).toBe(0);
  });

  it('all invalid settings are named at once', async () => {
    const { code, stderr } = await cliHere(['list'], { settings: { MATRE_PORT: 'x', MATRE_WORKERS: '0' } });
    expect(code).toBe(3);
    expect(stderr).toContain('MATRE_PORT');
    expect(stderr).toContain('MATRE_WORKERS');
  });

  it('config shows settings without secrets, and opens neither database nor locks', async () => {
    const { stdout, code } = await cliHere(['config', '--json'], {
      settings: { MATRE_TOKEN: 'a-token-of-some-length', MATRE_DATA: '/nowhere' },
    });
    expect(code).toBe(0);
    expect(stdout).not.toContain('a-token');
    expect(JSON.parse(stdout).settings).toContainEqual(
      expect.objectContaining({ name: 'MATRE_DATA', value: '/nowhere', source: 'environment' }),
    );
  });

  it('worker refuses the embedded database', async () => {
    const { code, stderr } = await cliHere(['worker'], { settings: settings() });
    expect(code).toBe(3);
    expect(stderr).toContain('DATABASE_URL');
  });

  it('--version and --help need no settings', async () => {
    expect(await cli(['--version'], { settings: { MATRE_PORT: 'x' } })).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
    });
    for (const args of [[], ['run'], ['env', 'import'], ['pool', 'list'], ['locks', 'release']]) {
      const { code, stdout } = await cliHere([...args, '--help'], { settings: { MATRE_PORT: 'x' } });
      expect(code).toBe(0);
      expect(stdout).toContain(args.length > 0 ? 'Example' : 'Commands');
    }
  });
});

describe('up', () => {
  it('serves commands on the same folder, refuses a second instance, and stops on SIGTERM', async () => {
    const up = startCli(['up'], { settings: settings() });
    await up.waitForOutput('matre is up at http://127.0.0.1:');
    const status = await ask('status', '--json');
    expect(JSON.parse(status.stdout).workers).toMatchObject([{ alive: true, slots: 4 }]);
    expect((await readFolderOwner(folder))?.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);

    const second = await ask('up');
    expect(second.code).toBe(3);
    expect(second.stderr).toContain('DATA_FOLDER_IN_USE');
    expect(second.stderr).toContain(`process ${up.process.pid}`);

    up.process.kill('SIGTERM');
    expect((await up.done).code).toBe(0);
    expect(await readFolderOwner(folder)).toBeUndefined();
  });

  it('frees the folder when it is killed by SIGKILL', async () => {
    const up = startCli(['up'], { settings: settings() });
    await up.waitForOutput('matre is up at');
    up.process.kill('SIGKILL');
    await up.done;
    expect((await ask('env', 'list')).code).toBe(0);
  });

  it('names a port that is in use', async () => {
    const up = startCli(['up'], { settings: settings() });
    await up.waitForOutput('matre is up at');
    const port = /:(\d+)\n/.exec(up.output())?.[1] as string;
    const other = await embeddedFolder();
    try {
      const second = await cli(['up'], { settings: { MATRE_DATA: other, MATRE_PORT: port } });
      expect(second).toMatchObject({ code: 3, stderr: expect.stringContaining(`Port ${port}`) });
    } finally {
      await rm(other, { recursive: true, force: true });
      up.process.kill('SIGTERM');
      await up.done;
    }
  });
});
