import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readCatalog } from '../catalog.ts';
import { folderSource } from './source.ts';

const root = 'app/code/Acme';
let top: string;
beforeEach(() => {
  top = mkdtempSync(join(tmpdir(), 'matre-files-'));
});
afterEach(() => rmSync(top, { recursive: true }));

const test = (name: string) => `<tests><test name="${name}"/></tests>`;
function put(path: string, content: string): void {
  mkdirSync(join(top, dirname(path)), { recursive: true });
  writeFileSync(join(top, path), content);
}
function link(path: string, target: string): void {
  mkdirSync(join(top, dirname(path)), { recursive: true });
  symlinkSync(target, join(top, path));
}
const read = () => readCatalog([folderSource(top, root)]);
const modules = async () =>
  Object.fromEntries([...(await read()).tests.values()].map(({ name, module }) => [name, module]));

describe('links in a module', () => {
  it('are followed, to files and to folders', async () => {
    put('Cart/Test/Mftf/shared/L.xml', test('LTest'));
    link('Cart/Test/Mftf/Test/Linked.xml', '../shared/L.xml');
    put('Cart/Test/Mftf/more/M.xml', test('MTest'));
    link('Cart/Test/Mftf/Test/more', '../more');
    const catalog = await read();
    expect([...catalog.tests.keys()].sort()).toEqual(['LTest', 'MTest']);
    expect(catalog.tests.get('LTest')?.files).toEqual([`${root}/Cart/Test/Mftf/shared/L.xml`]);
    expect(catalog.files.map(({ obstacle }) => obstacle).sort()).toEqual([
      `${root}/Cart/Test/Mftf/Test/Linked.xml is a link`,
      `${root}/Cart/Test/Mftf/Test/more is a link`,
    ]);
  });

  it('leave a test in the module that has its file', async () => {
    put('Cart/Test/Mftf/Test/C.xml', test('CTest'));
    put('Bee/Test/Mftf/Test/B.xml', test('BTest'));
    link('Cart/Test/Mftf/Test/Linked.xml', '../../../../Bee/Test/Mftf/Test/B.xml');
    expect(await modules()).toEqual({ CTest: 'Cart', BTest: 'Bee' });
  });

  it('do not multiply the files of a folder above them', async () => {
    put('Cart/Test/Mftf/Test/C.xml', test('CTest'));
    link('Cart/up', '..');
    link('Cart/Test/Mftf/Test/loop', '.');
    link('Cart/Test/Mftf/Test/Self.xml', 'Self.xml');
    link('Cart/Test/Mftf/Test/Missing.xml', '../nothing');
    expect((await read()).files.map(({ path }) => path)).toEqual([`${root}/Cart/Test/Mftf/Test/C.xml`]);
  });

  it('are refused when they leave the module', async () => {
    link('Cart/Test/Mftf/Test/Out.xml', '/etc/passwd');
    await expect(read()).rejects.toThrow(
      `The link ${root}/Cart/Test/Mftf/Test/Out.xml leads out of the test module.`,
    );
  });
});

it('reads a file whose name is not UTF-8', async () => {
  put('Cart/Test/Mftf/Test/C.xml', test('CTest'));
  const name = Buffer.concat([
    Buffer.from(`${top}/Cart/Test/Mftf/Test/Caf`),
    Buffer.from([0xe9]),
    Buffer.from('.xml'),
  ]);
  writeFileSync(name, test('CafTest'));
  const catalog = await read();
  expect([...catalog.tests.keys()].sort()).toEqual(['CTest', 'CafTest']);
  const obstacles = catalog.files
    .map(({ obstacle }) => obstacle)
    .filter((obstacle) => obstacle !== undefined);
  expect(obstacles).toEqual([`the name of ${root}/Cart/Test/Mftf/Test/Caf\uFFFD.xml is not UTF-8`]);
});
