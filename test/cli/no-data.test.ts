import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { operations } from '../../src/operations/all.ts';
import { cliHere } from '../support/cli.ts';

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
