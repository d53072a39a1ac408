import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readReply } from '../../threads/task.ts';
import { readModulePatches } from './module-patches.ts';
import { type Patch, patchFiles } from './patch-files.ts';

const path = 'vendor/codeception/codeception/A.php';
const diff = (from: string, to: string) => `--- a/${path}\n+++ b/${path}\n@@ -1 +1 @@\n-${from}\n+${to}\n`;

let checkout: string;
beforeEach(() => {
  checkout = mkdtempSync(join(tmpdir(), 'matre-patches-'));
  mkdirSync(join(checkout, 'patches'));
});
afterEach(() => rmSync(checkout, { recursive: true }));

const put = (name: string, content: string | Buffer) =>
  writeFileSync(join(checkout, 'patches', name), content);
const read = async (folder = 'patches') =>
  readReply(await readModulePatches({ id: 1, request: { checkout, folder } }));
const apply = async (patches: Patch[], image: Record<string, string>) =>
  readReply(await patchFiles({ id: 1, request: { patches, image: new Map(Object.entries(image)) } }));
const ofModule = async (): Promise<Patch[]> =>
  ((await read()) ?? []).map((patch) => ({ kind: 'module' as const, ...patch }));

test('reads the patches of a folder in the order of their names, and nothing else', async () => {
  put('020-b.patch', diff('b', 'c'));
  put('010-a.patch', diff('a', 'b'));
  put('README.md', 'Not a patch.');
  expect((await read())?.map(({ name }) => name)).toEqual(['patches/010-a.patch', 'patches/020-b.patch']);
});

test('a module may have no such folder', async () => {
  expect(await read('other/patches')).toBeUndefined();
});

test('refuses links, in the folder and on the way to it', async () => {
  put('a.patch', diff('a', 'b'));
  symlinkSync(join(checkout, 'patches'), join(checkout, 'linked'));
  await expect(read('linked')).rejects.toMatchObject({ code: 'PATCH_FAILED' });
  symlinkSync('/etc/passwd', join(checkout, 'patches', 'b.patch'));
  await expect(read()).rejects.toMatchObject({
    code: 'PATCH_FAILED',
    message: 'patches/b.patch is a link or a folder, and not a file.',
  });
});

test('refuses too many bytes and too many patches', async () => {
  put('a.patch', Buffer.alloc(1024 * 1024 + 1, 'x'));
  await expect(read()).rejects.toThrow('have more than 1048576 bytes');
  put('a.patch', diff('a', 'b'));
  for (let number = 0; number < 100; number += 1) put(`${number}.patch`, diff('a', 'b'));
  await expect(read()).rejects.toThrow('more than 100 patches');
});

test('names the patch that cannot be read', async () => {
  put('a.patch', 'Hello\n');
  await expect(read()).rejects.toThrow('patches/a.patch: it is no unified diff');
});

test('applies patches one after the other, and tells which were not needed', async () => {
  put('1.patch', diff('a', 'b'));
  put('2.patch', diff('b', 'c'));
  put('3.patch', diff('b', 'c'));
  const patched = await apply(await ofModule(), { [path]: 'a\n' });
  expect(patched).toMatchObject({
    patches: [
      { name: 'patches/1.patch', state: 'applied' },
      { name: 'patches/2.patch', state: 'applied' },
      { name: 'patches/3.patch', state: 'not needed' },
    ],
    files: [{ path, content: 'c\n', added: false }],
    digest: expect.stringMatching(/^[0-9a-f]{64}$/),
  });
});

test('names patch, file and hunk of what does not fit', async () => {
  put('1.patch', diff('a', 'b'));
  await expect(apply(await ofModule(), { [path]: 'x\n' })).rejects.toMatchObject({
    code: 'PATCH_FAILED',
    message: `patches/1.patch: ${path}: hunk 1 (@@ -1 +1 @@) does not fit.`,
  });
});

test('keeps bytes that are no UTF-8', async () => {
  put('1.patch', Buffer.from(diff('a\xff', 'b\xfe'), 'latin1'));
  const { files } = await apply(await ofModule(), { [path]: 'a\xff\n' });
  expect(files[0]?.content).toBe('b\xfe\n');
});

test('patches that change nothing have no digest, so they share generated files with runs without patches', async () => {
  put('1.patch', diff('a', 'b'));
  expect(await apply(await ofModule(), { [path]: 'b\n' })).toMatchObject({ files: [], digest: undefined });
});
