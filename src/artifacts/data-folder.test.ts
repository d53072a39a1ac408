import { chmod, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createDataFolder } from './data-folder.ts';

let home: string;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'matre-data-'));
});
afterAll(() => rm(home, { recursive: true }));

const mode = async (path: string) => ((await stat(path)).mode & 0o777).toString(8);

it('creates the data folder for its owner alone', async () => {
  await createDataFolder(join(home, 'deep/er'));
  expect([await mode(join(home, 'deep')), await mode(join(home, 'deep/er'))]).toEqual(['700', '700']);
});

it('keeps the mode of an existing folder', async () => {
  await chmod(home, 0o750);
  await createDataFolder(home);
  expect(await mode(home)).toBe('750');
});

it('names the setting when the folder cannot be created', async () => {
  await writeFile(join(home, 'file'), '');
  await expect(createDataFolder(join(home, 'file/x'))).rejects.toMatchObject({
    code: 'CONFIG_INVALID',
    message: expect.stringContaining('MATRE_DATA'),
  });
});
