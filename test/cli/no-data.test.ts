import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { operations } from '../../src/operations/all.ts';
import { cliHere } from '../support/cli.ts';
import { dumpOf } from '../support/php-matre.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'matre-nothing-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const matre = (args: string[], stdin = '') =>
  cliHere(args, { settings: { MATRE_DATA: join(folder, 'data'), MATRE_PORT: '0' }, stdin });

describe('without a server and without data', () => {
  it.each(
    [
      ['list'],
      ['list', '--json'],
      ['show', '1'],
      ['status'],
      ['log', '1'],
      ['tests'],
      ['env', 'list'],
      ['env', 'show'],
      ['env', 'show', 'us'],
      ['doctor'],
      ['locks', 'list'],
      ['pool', 'list'],
      ['schedule', 'list'],
      ['schedule', 'show', 'nightly'],
      ['schedule', 'next', '--cron', '0 2 * * *'],
      ['audit'],
      ['token', 'list'],
      ['user', 'list'],
      ['run', '-e', 'us', '--all', '--dry-run'],
      // They change what exists, so there is nothing for them either.
      ['run', '-e', 'us', '--all'],
      ['cancel', '1'],
      ['retry', '1'],
      ['env', 'pause', 'us', '--reason', 'x'],
      ['locks', 'release', 'x'],
    ].map((args) => [args.join(' '), args] as const),
  )('%s creates nothing, and says where it looked and what to do', async (_name, args) => {
    const { code, stdout, stderr } = await matre([...args]);
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
    expect(stderr).toContain('SERVER_NOT_CHOSEN');
    expect(stderr).toContain('MATRE_URL is not set');
    expect(stderr).toContain(join(folder, 'data'));
    expect(stderr).toContain('matre login');
    expect(await readdir(folder)).toEqual([]);
  });

  it('a preview of what may begin an installation creates nothing, not even for a while', async () => {
    const files = await mkdtemp(join(tmpdir(), 'matre-preview-files-'));
    onTestFinished(() => rm(files, { recursive: true, force: true }));
    const project = join(files, 'matre.yml');
    await writeFile(project, 'environments: { us: { baseUrl: "https://us.test/", adminUsername: matre } }\n');
    const dump = join(files, 'php-matre.sql');
    const shop = { id: 1, name: 'US', code: 'preprod-us', base_url: 'https://us.test/' };
    await writeFile(dump, dumpOf({ matre_test_environments: [shop] }));
    const inputFiles = (await readdir(files)).sort();
    vi.stubEnv('TMPDIR', files);
    onTestFinished(() => void vi.unstubAllEnvs());
    for (const args of [
      ['apply', '--dry-run', project],
      ['import', 'php-matre', '--dry-run', '--dump', dump],
    ]) {
      const { code, stdout, stderr } = await matre(args);
      expect({ code, stderr }).toEqual({ code: 0, stderr: expect.not.stringContaining('error') });
      expect(stdout).toContain('us');
      expect(await readdir(folder)).toEqual([]);
      expect((await readdir(files)).sort()).toEqual(inputFiles);
    }
  });

  it('a first environment creates the data', async () => {
    const added = await matre([
      'env',
      'add',
      'us',
      '--base-url',
      'https://us.test',
      '--admin-username',
      'admin',
    ]);
    expect(added).toMatchObject({ code: 0, stderr: '' });
    expect(await matre(['list'])).toMatchObject({ code: 0, stdout: 'There are no runs.\n' });
  });
});

it('the operations that begin an installation exist', () => {
  const names = operations.map(({ name }) => name);
  for (const name of [
    'environments.add',
    'environments.import',
    'project.apply',
    'variables.set',
    'users.add',
    'tokens.create',
  ])
    expect(names).toContain(name);
});
