import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openPage } from './open-page.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'matre-open-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const address = "http://127.0.0.1:8089/runs/5?test=A'$(id)&panel=steps";

async function installOpener(name: string, exitCode: number): Promise<NodeJS.ProcessEnv> {
  const file = join(folder, name);
  await writeFile(file, `#!/bin/sh\nprintf %s "$1" > ${folder}/address\nexit ${exitCode}\n`);
  await chmod(file, 0o755);
  return { PATH: `${folder}:/usr/bin:/bin`, DISPLAY: ':0' };
}

it.each([
  ['linux', 'xdg-open'],
  ['darwin', 'open'],
] as const)('opens the address on %s with %s, as one argument without a shell', async (platform, name) => {
  const env = await installOpener(name, 0);
  expect(await openPage(address, env, platform)).toBe(true);
  expect(await readFile(join(folder, 'address'), 'utf8')).toBe(address);
});

it('opens nothing without a display, without the program, or when that fails', async () => {
  const env = await installOpener('xdg-open', 3);
  expect(await openPage(address, { ...env, DISPLAY: '' }, 'linux')).toBe(false);
  expect(await openPage(address, env, 'linux')).toBe(false);
  expect(await openPage(address, { PATH: join(folder, 'none'), DISPLAY: ':0' }, 'linux')).toBe(false);
});
