import { chmod, mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { closeToOthers, createDataFolder, openFolders } from './data-folder.ts';

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

it.each([0o755, 0o777, 0o750, 0o701])('closes an existing folder of mode %o to others', async (before) => {
  const folder = join(home, `open-${before}`);
  await mkdir(folder);
  await chmod(folder, before);
  await createDataFolder(folder);
  expect(await mode(folder)).toBe('700');
});

it('refuses a folder that others certainly use, and leaves it unchanged', async () => {
  const sticky = join(home, 'sticky');
  await mkdir(sticky);
  await chmod(sticky, 0o1777);
  for (const folder of [sticky, process.cwd(), '/']) {
    const before = await mode(folder);
    if ((Number.parseInt(before, 8) & 0o077) === 0) continue;
    await expect(createDataFolder(folder)).rejects.toMatchObject({
      code: 'DATA_FOLDER_OPEN',
      message: expect.stringContaining(folder),
    });
    expect(await mode(folder)).toBe(before);
  }
});

it.skipIf(process.getuid?.() !== 0)('refuses a folder whose file system keeps no modes', async () => {
  // The files of a process have the modes that the kernel gives them.
  await expect(closeToOthers(`/proc/${process.pid}/task`)).rejects.toMatchObject({
    code: 'DATA_FOLDER_OPEN',
  });
});

it('names the folders to which others have access', async () => {
  const folder = join(home, 'named');
  await mkdir(join(folder, 'modules'), { recursive: true });
  await chmod(folder, 0o755);
  await chmod(join(folder, 'modules'), 0o755);
  expect(await openFolders(folder)).toEqual([folder, join(folder, 'modules')]);
  for (const path of await openFolders(folder)) await closeToOthers(path);
  expect(await openFolders(folder)).toEqual([]);
});

it('names the setting when the folder cannot be created', async () => {
  await writeFile(join(home, 'file'), '');
  await expect(createDataFolder(join(home, 'file/x'))).rejects.toMatchObject({
    code: 'CONFIG_INVALID',
    message: expect.stringContaining('MATRE_DATA'),
  });
});
