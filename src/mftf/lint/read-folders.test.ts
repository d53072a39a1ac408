import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { outlinesFromBytes, outlinesToBytes } from './outline-file.ts';
import { readFolders } from './read-folders.ts';

const data = '<entities><entity name="Man" type="t"/></entities>';
const target = 'app/code/Acme/Shop';

describe('readFolders', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'matre-folders-'));
    write('magento/vendor/acme/base/Test/Mftf/Data/ManData.xml', data);
    write('magento/app/code/Acme/Shop/Test/Mftf/Data/OldData.xml', data);
    write('module/Test/Mftf/Data/NewData.xml', data);
    write('module/Test/Mftf/Helper/Helper.php', '<?php');
    write('linked/Test/Mftf/Data/LinkedData.xml', data);
    symlinkSync(join(folder, 'linked'), join(folder, 'magento/app/code/Acme/Linked'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  function write(path: string, content: string): void {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  const read = async (tree: string | Uint8Array, path: string) => {
    const { files, root } = await readFolders({ tree, folder: join(folder, path), target });
    return { root, names: files.map((file) => file.path.slice(file.path.lastIndexOf('/') + 1)) };
  };

  it('reads a tree with the modules that it links to', async () => {
    const names = ['LinkedData.xml', 'OldData.xml', 'ManData.xml'];
    expect(await read(join(folder, 'magento'), 'magento')).toEqual({ root: '', names });
    const { root } = await read(join(folder, 'magento'), 'magento/app/code/Acme');
    expect(root).toBe('app/code/Acme');
  });

  it('puts a module beside the tree in its place, instead of what the tree has there', async () => {
    const names = ['LinkedData.xml', 'ManData.xml', 'NewData.xml'];
    expect(await read(join(folder, 'magento'), 'module')).toEqual({ root: target, names });
  });

  it('refuses a link that leaves the module', async () => {
    symlinkSync('/etc', join(folder, 'module/Test/Mftf/Data/out'));
    await expect(read(join(folder, 'magento'), 'module')).rejects.toMatchObject({ code: 'MODULE_INVALID' });
    rmSync(join(folder, 'module/Test/Mftf/Data/out'));
  });

  it('takes the tree of a server, and refuses what is none', async () => {
    const { files } = await readFolders({
      tree: join(folder, 'magento'),
      folder: join(folder, 'magento'),
      target,
    });
    expect(outlinesFromBytes(outlinesToBytes({ files }))).toEqual({ files });
    expect((await read(outlinesToBytes({ files }), 'module')).names).toEqual([
      'LinkedData.xml',
      'ManData.xml',
      'NewData.xml',
    ]);
    await expect(read(Buffer.from('no archive'), 'module')).rejects.toMatchObject({ code: 'INPUT_INVALID' });
    await expect(read(join(folder, 'magento'), 'nowhere')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});
