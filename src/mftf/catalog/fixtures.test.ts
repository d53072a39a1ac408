import { describe, expect, it } from 'vitest';
import { type Catalog, readCatalog } from './catalog.ts';
import { describeHidden } from './fixtures.ts';

const files = (...paths: string[]) => paths.map((path) => ({ path, content: Buffer.from('') }));
const test = (root: string, name: string) => ({
  path: `${root}/Test/Mftf/Test/${name}.xml`,
  content: Buffer.from(`<tests><test name="${name}"/></tests>`),
});
const data = 'dev/tests/acceptance/tests/_data';
const [cart, shop, own] = ['vendor/acme/module-cart', 'app/code/Acme/Shop', 'app/code/Own/Tests'];

function read(tree: ReturnType<typeof files>, module = files()): Promise<Catalog> {
  return readCatalog([
    { root: '', files: tree },
    { root: own, files: module },
  ]);
}

describe('the fixture files of a catalog', () => {
  it('are those of the image and of all modules, also in folders below', async () => {
    const { fixtures } = await read(
      files(`${data}/a.csv`, `${data}/b/c.csv`, `${cart}/Test/Mftf/_data/d.csv`, `${cart}/Test/_data/no.csv`),
      files(`${own}/Test/Mftf/_data/e/f.csv`),
    );
    expect([...fixtures.names].sort()).toEqual(['a.csv', 'b/c.csv', 'd.csv', 'e/f.csv']);
    expect(fixtures.folders).toEqual([`${cart}/Test/Mftf/_data`, `${own}/Test/Mftf/_data`]);
    expect(describeHidden(fixtures.hidden)).toBeUndefined();
  });

  it('are replaced by those of later modules, of the test module, and of the image, in this order', async () => {
    const place = (root: string) => `${root}/Test/Mftf/_data/a.csv`;
    const modules = [test(cart, 'A'), test(shop, 'B'), ...files(place(cart), place(shop))];
    const { fixtures } = await read(
      [...modules, ...files(`${data}/a.csv`)],
      [test(own, 'C'), ...files(place(own))],
    );
    // By name: Acme_Shop, Acme_module-cart.
    expect(fixtures.folders).toEqual([shop, cart, own].map((root) => `${root}/Test/Mftf/_data`));
    expect(fixtures.hidden).toEqual(
      [shop, cart, own].map((root) => ({ path: place(root), by: `${data}/a.csv` })),
    );
    expect(describeHidden(fixtures.hidden)).toContain(`${place(own)} (by ${data}/a.csv)`);
  });

  it('are those of all test modules, in the order of these and not of their names', async () => {
    const place = (root: string) => `${root}/Test/Mftf/_data/a.csv`;
    const catalogOf = (...modules: string[]) =>
      readCatalog([
        { root: '', files: [test(cart, 'A'), ...files(place(cart))] },
        ...modules.map((root) => ({
          root,
          files: [test(root, 'B'), ...files(place(root), `${root}/Test/Mftf/_data/${root}.csv`)],
        })),
      ]);
    const { fixtures } = await catalogOf(own, shop);
    expect(fixtures.folders).toEqual([cart, own, shop].map((root) => `${root}/Test/Mftf/_data`));
    expect([...fixtures.names].sort()).toEqual(['a.csv', `${shop}.csv`, `${own}.csv`]);
    expect(fixtures.hidden.map(({ by }) => by)).toEqual([place(shop), place(shop)]);
    const reversed = (await catalogOf(shop, own)).fixtures;
    expect(reversed.folders).toEqual([cart, shop, own].map((root) => `${root}/Test/Mftf/_data`));
    expect(reversed.hidden.map(({ by }) => by)).toEqual([place(own), place(own)]);
  });

  it('are not those of modules that the shop has not enabled', async () => {
    const { buildCatalog } = await import('./catalog.ts');
    const { readDeclarations } = await import('./declarations/declarations.ts');
    const tree = [
      ...files(`${cart}/Test/Mftf/_data/a.csv`, `${shop}/Test/Mftf/_data/b.csv`),
      test(shop, 'B'),
    ];
    const declarations = await readDeclarations({ root: '', files: tree });
    expect([...buildCatalog([declarations], ['Shop']).fixtures.names]).toEqual(['b.csv']);
    expect([...buildCatalog([declarations], ['module-cart']).fixtures.names]).toEqual(['a.csv']);
  });
});
