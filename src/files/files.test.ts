import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeFileAtomically } from './atomic-write.ts';
import { ifPresent } from './missing-file.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'matre-files-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('writing a file atomically', () => {
  it('replaces its content and leaves no draft', async () => {
    const path = join(folder, 'a.txt');
    await writeFileAtomically(path, 'one');
    await Promise.all(['two', 'three'].map((text) => writeFileAtomically(path, text)));
    expect(['two', 'three']).toContain(await readFile(path, 'utf8'));
    expect(await readdir(folder)).toEqual(['a.txt']);
  });

  it('leaves nothing behind when it fails', async () => {
    await expect(writeFileAtomically(join(folder, 'missing', 'b.txt'), 'x')).rejects.toMatchObject({
      code: 'ENOENT',
    });
    expect(await readdir(folder)).toEqual(['a.txt']);
  });
});

describe('a file that may be missing', () => {
  it('is undefined when it or a folder of it is missing, and other errors reject', async () => {
    expect(await ifPresent(readFile(join(folder, 'none')))).toBeUndefined();
    expect(await ifPresent(readFile(join(folder, 'a.txt', 'below')))).toBeUndefined();
    await expect(ifPresent(readFile(folder))).rejects.toMatchObject({ code: 'EISDIR' });
  });
});
