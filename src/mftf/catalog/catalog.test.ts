import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { isFault } from '../../faults/fault.ts';
import { assertReadable, buildCatalog, readCatalog } from './catalog.ts';
import { declarationsFromBytes, declarationsToBytes, readDeclarations } from './declarations/declarations.ts';
import { catalogPath, mayHoldCatalogFiles, moduleName, shortModuleName } from './tree/paths.ts';
import { folderSource, type Source } from './tree/source.ts';

const moduleRoot = 'app/code/TestModule';

function test(name: string, annotations = '', attributes = ''): string {
  return `<?xml version="1.0"?>
<tests xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:noNamespaceSchemaLocation="urn:magento:mftf:Test/etc/testSchema.xsd">
  <test name="${name}" ${attributes}><annotations>${annotations}</annotations><amOnPage url="/" stepKey="go"/></test>
</tests>`;
}

function suite(name: string, content: string): string {
  return `<suites><suite name="${name}">${content}</suite></suites>`;
}

/** A source from paths below a test module and their content. */
function source(files: Record<string, string>, root = ''): Source {
  return {
    root,
    files: Object.entries(files).map(([path, content]) => ({ path, content: Buffer.from(content) })),
  };
}

/** A registration.php. */
const registration = (name: string) =>
  `<?php\nuse Magento\\Framework\\Component\\ComponentRegistrar;\nComponentRegistrar::register(ComponentRegistrar::MODULE, '${name}', __DIR__);`;

const inModule = (files: Record<string, string>) =>
  source(
    Object.fromEntries(Object.entries(files).map(([path, xml]) => [`${moduleRoot}/Test/Mftf/${path}`, xml])),
  );
const group = (name: string) => `<group value="${name}"/>`;

describe('paths', () => {
  it('match the files that MFTF reads', () => {
    expect(catalogPath('app/code/TestModule/Test/Mftf/Test/A/ATest.xml')).toEqual({
      kind: 'test',
      root: 'app/code/TestModule/Test/Mftf',
    });
    expect(catalogPath('vendor/magento/module-catalog/Test/Mftf/Suite/S.xml')).toMatchObject({
      kind: 'suite',
    });
    expect(catalogPath('dev/tests/acceptance/tests/_suite/own.xml')).toMatchObject({ kind: 'suite' });
    expect(catalogPath('vendor/magento/module-catalog/registration.php')).toEqual({
      kind: 'registration',
      folder: 'vendor/magento/module-catalog',
    });
    // Magento registers modules of app/code at one depth only.
    expect(catalogPath('app/code/TestModule/registration.php')).toBeUndefined();
    expect(catalogPath('vendor/magento/module-catalog/Test/Mftf/Data/D.xml')).toBeUndefined();
    expect(catalogPath('vendor/.cache/x/Test/Mftf/Test/T.xml')).toBeUndefined();
    expect(catalogPath('pub/Test/Mftf/Test/T.xml')).toBeUndefined();
  });

  it('exclude folders without files of the catalog', () => {
    expect(['', 'app', 'app/code/X', 'dev/tests', 'vendor'].every(mayHoldCatalogFiles)).toBe(true);
    expect(['pub', 'app/etc', 'dev/tests/unit', 'generated'].some(mayHoldCatalogFiles)).toBe(false);
  });

  it('name modules as MFTF does', () => {
    const registered = new Map([['vendor/magento/module-catalog', 'Magento_Catalog']]);
    expect(moduleName('vendor/magento/module-catalog/Test/Mftf', registered)).toBe('Magento_Catalog');
    expect(moduleName('vendor/acme/module-x/Test/Mftf', registered)).toBe('Acme_module-x');
    expect(moduleName('app/code/TestModule/Test/Mftf', registered)).toBe('TestModule_TestModule');
    expect(shortModuleName('TestModule_TestModule')).toBe('TestModule');
    expect(shortModuleName('Acme_Foo_Bar')).toBeUndefined();
  });
});

describe('modules', () => {
  const testPackage = (name: string, suggest?: Record<string, string>) => ({
    [`dev/tests/acceptance/tests/functional/Acme/${name}/composer.json`]: JSON.stringify({
      type: 'magento2-functional-test-module',
      ...(suggest && { suggest }),
    }),
    [`dev/tests/acceptance/tests/functional/Acme/${name}/Test/${name}Test.xml`]: test(`${name}Test`),
  });
  const suggestion = (...names: string[]) =>
    Object.fromEntries(
      names.map((name) => [`acme/${name}`, `type: magento2-module, name: ${name}, version: *`]),
    );
  const moduleOf = (catalog: Awaited<ReturnType<typeof readCatalog>>) =>
    Object.fromEntries([...catalog.tests.values()].map(({ name, module }) => [name, module]));

  it('include the tests of packages whose folders begin with the same name', async () => {
    const catalog = await readCatalog([
      source({
        ...testPackage('Cart', suggestion('Acme_Cart')),
        ...testPackage('Cart2', suggestion('Acme_Cart2')),
        ...testPackage('CartRules', suggestion('Acme_CartRules')),
        ...testPackage('Other', suggestion('Acme_Other')),
        'dev/tests/acceptance/tests/_suite/S.xml': suite('S', '<include><module name="Cart"/></include>'),
      }),
    ]);
    expect(catalog.suites.get('S')?.tests).toEqual(['CartTest', 'Cart2Test', 'CartRulesTest']);
  });

  it('do not include those of folders below app/code', async () => {
    const catalog = await readCatalog([
      source({
        'app/code/Acme/Cart/Test/Mftf/Test/A.xml': test('CartTest'),
        'app/code/Acme/CartRules/Test/Mftf/Test/B.xml': test('CartRulesTest'),
        'app/code/Acme/Cart/Test/Mftf/Suite/S.xml': suite('S', '<include><module name="Cart"/></include>'),
      }),
    ]);
    expect(catalog.suites.get('S')?.tests).toEqual(['CartTest']);
  });

  it('have the name that a package suggests, or that of its folder', async () => {
    const catalog = await readCatalog([
      source({
        ...testPackage('One', suggestion('Magento_Catalog')),
        ...testPackage('Again', suggestion('Magento_Wishlist', 'Magento_Catalog')),
        ...testPackage('Bare'),
        ...testPackage('Empty', {}),
      }),
    ]);
    expect(moduleOf(catalog)).toEqual({ OneTest: 'Catalog', AgainTest: 'Again', BareTest: '' });
  });

  it('have the name that is registered, however it is written', async () => {
    const use = 'use Magento\\Framework\\Component\\ComponentRegistrar as Registrar;';
    const catalog = await readCatalog([
      source({
        'app/code/Acme/ShopModule/registration.php': `<?php ${use} Registrar::register(Registrar::MODULE, 'Acme_Shop', __DIR__);`,
        'app/code/Acme/ShopModule/Test/Mftf/Test/A.xml': test('ShopTest'),
        'app/code/Acme/ShopModule/Test/Mftf/Suite/S.xml': suite(
          'S',
          '<include><module name="Shop"/></include>',
        ),
      }),
    ]);
    expect(catalog.suites.get('S')?.tests).toEqual(['ShopTest']);
  });

  it('are also found in folders whose names only begin with app/code', () => {
    expect(catalogPath('app/code_old/Acme/Shop/Test/Mftf/Test/A.xml')).toMatchObject({ kind: 'test' });
    expect(catalogPath('app/code/Acme/Shop/Test/Mftf/Test/.hidden/A.xml')).toMatchObject({ kind: 'test' });
    expect(catalogPath('app/code/Acme/.Shop/Test/Mftf/Test/A.xml')).toBeUndefined();
    expect(mayHoldCatalogFiles('app/code_old')).toBe(true);
  });
});

describe('tests', () => {
  it('cannot be generated when they extend each other in a circle, which is named', async () => {
    const catalog = await readCatalog([
      inModule({
        'Test/A.xml': test('A', '', 'extends="B"'),
        'Test/B.xml': test('B', '', 'extends="C"'),
        'Test/C.xml': test('C', '', 'extends="B"'),
        'Test/D.xml': test('D'),
      }),
    ]);
    const circle = (text: string) => `tests extend each other in a circle: ${text}`;
    expect(catalog.tests.get('A')?.unusable).toBe(circle('B extends C extends B'));
    expect(catalog.tests.get('C')?.unusable).toBe(circle('C extends B extends C'));
    expect(catalog.tests.get('D')?.unusable).toBeUndefined();
  });

  it('merge over modules, in the order of the names of the modules', async () => {
    const catalog = await readCatalog([
      source({
        'vendor/z/module-a/registration.php': registration('A_First'),
        'vendor/z/module-a/Test/Mftf/Test/T.xml': test('T', `<title value="one"/>${group('x')}`),
        'app/code/Magento/Zoo/Test/Mftf/Test/T.xml': test(
          'T',
          `<title value="two"/><severity value="major"/>${group('x')}${group('y')}`,
        ),
      }),
    ]);
    expect(catalog.tests.get('T')).toMatchObject({
      module: 'First',
      groups: ['x', 'y'],
      title: 'two',
      severity: 'MAJOR',
      files: ['vendor/z/module-a/Test/Mftf/Test/T.xml', 'app/code/Magento/Zoo/Test/Mftf/Test/T.xml'],
    });
  });

  it('inherit actions and skips from the test they extend, but no groups and no title', async () => {
    const catalog = await readCatalog([
      inModule({
        'Test/P.xml': test(
          'P',
          `<title value="parent"/>${group('smoke')}<skip><issueId value="X-1"/></skip>`,
        ),
        'Test/C.xml': test('C', '', 'extends="P"'),
      }),
    ]);
    expect(catalog.tests.get('C')).toMatchObject({
      groups: [],
      title: undefined,
      skip: [expect.stringContaining('P')],
    });
    expect(catalog.tests.get('P')?.skip).toEqual(['X-1']);
    expect(catalog.groups.get('smoke')).toEqual(['P']);
  });

  it('are unusable when MFTF cannot put them together', async () => {
    const catalog = await readCatalog([
      inModule({
        'Test/A.xml': test('A'),
        'Test/B.xml': test('B', '', 'extends="A"'),
        'Test/C.xml': test('C', '', 'extends="B"'),
        'Test/D.xml': test('D', '', 'extends="Nothing"'),
        'Test/E.xml': test('E', '', 'extends="E"'),
        'Test/F.xml': test('bad-name'),
      }),
    ]);
    const unusable = [...catalog.tests.values()].filter(({ unusable }) => unusable).map(({ name }) => name);
    expect(unusable).toEqual(['C', 'D', 'E', 'bad-name']);
  });

  it('of a packaged test module count only when its composer.json says so', async () => {
    const folder = 'dev/tests/acceptance/tests/functional/Magento';
    const catalog = await readCatalog([
      source({
        [`${folder}/Yes/composer.json`]: '{"type": "magento2-functional-test-module"}',
        [`${folder}/Yes/Test/T.xml`]: test('T'),
        [`${folder}/No/Test/N.xml`]: test('N'),
      }),
    ]);
    expect([...catalog.tests.keys()]).toEqual(['T']);
  });

  it('of a mounted module replace those of the tree in the same folder', async () => {
    const tree = source({
      [`${moduleRoot}/Test/Mftf/Test/Old.xml`]: test('Old'),
      'vendor/a/b/Test/Mftf/Test/V.xml': test('V'),
    });
    const module = source({ [`${moduleRoot}/Test/Mftf/Test/New.xml`]: test('New') }, moduleRoot);
    const catalog = await readCatalog([tree, module]);
    expect([...catalog.tests.keys()].sort()).toEqual(['New', 'V']);
  });
});

describe('suites', () => {
  const tests = {
    'Test/A.xml': test('A', group('g')),
    'Test/B.xml': test('B', group('g')),
    'Test/C.xml': test('C', group('h')),
  };
  const hooks = '<before><comment stepKey="c"/></before><after><comment stepKey="c"/></after>';
  const membersOf = async (content: string) => {
    const catalog = await readCatalog([inModule({ ...tests, 'Suite/S.xml': suite('S', content) })]);
    return catalog.suites.get('S')?.tests;
  };

  it('include and exclude by test, group and module', async () => {
    expect(await membersOf('<include><test name="C"/><group name="g"/></include>')).toEqual(['C', 'A', 'B']);
    expect(
      await membersOf('<include><module name="TestModule"/></include><exclude><test name="B"/></exclude>'),
    ).toEqual(['A', 'C']);
    expect(
      await membersOf('<include><group name="g"/></include><exclude><group name="g"/></exclude>'),
    ).toEqual([]);
  });

  it('merge over files', async () => {
    const catalog = await readCatalog([
      inModule({ ...tests, 'Suite/S.xml': suite('S', '<include><test name="A"/></include>') }),
      source(
        { 'dev/tests/acceptance/tests/_suite/s.xml': suite('S', '<include><test name="C"/></include>') },
        'dev/tests/acceptance',
      ),
    ]);
    expect(catalog.suites.get('S')?.tests).toEqual(['C', 'A']);
    expect(catalog.tests.get('A')?.suites).toEqual(['S']);
  });

  it('have every test when they have hooks and their includes match none, as in MFTF', async () => {
    expect(await membersOf(`${hooks}<include><group name="nothing"/></include>`)).toEqual(['A', 'B', 'C']);
    expect(await membersOf('<include><group name="nothing"/></include>')).toBeUndefined();
    expect(await membersOf('<exclude><test name="A"/></exclude>')).toEqual(['B', 'C']);
  });

  it('need both hooks or none', async () => {
    expect(
      await membersOf('<before><a stepKey="a"/></before><include><test name="A"/></include>'),
    ).toBeUndefined();
  });

  it('may not have the name of a group', async () => {
    const catalog = await readCatalog([
      inModule({ ...tests, 'Suite/S.xml': suite('g', '<include><test name="A"/></include>') }),
    ]);
    expect(catalog.problems).toMatchObject([{ message: expect.stringContaining('name of a group') }]);
  });
});

describe('broken files', () => {
  const problemOf = async (xml: string, path = 'Test/T.xml') => {
    const catalog = await readCatalog([inModule({ 'Test/Good.xml': test('Good'), [path]: xml })]);
    expect(catalog.tests.has('Good')).toBe(true);
    return catalog.problems[0];
  };

  it('are reported with file and line, and the rest is read', async () => {
    const cut = test('T').slice(0, -20);
    expect(await problemOf(cut)).toMatchObject({ path: `${moduleRoot}/Test/Mftf/Test/T.xml`, line: 3 });
    expect(await problemOf('<tests><test name="a"></tests>')).toMatchObject({ line: 1 });
    expect(await problemOf('<wrong/>')).toMatchObject({ message: expect.stringContaining('<tests>') });
    expect(await problemOf('<tests>\n<test name="a"/>\n<test name="b"/></tests>')).toMatchObject({ line: 3 });
    expect(await problemOf('<suites/>', 'Suite/S.xml')).toMatchObject({
      message: expect.stringContaining('<suite>'),
    });
  });

  it('are those with document types and entities', async () => {
    const xml = `<!DOCTYPE tests [<!ENTITY x SYSTEM "file:///etc/passwd">]><tests><test name="&x;"/></tests>`;
    expect(await problemOf(xml)).toMatchObject({ message: expect.stringContaining('is not read') });
    expect(await problemOf('<tests><test name="&x;"/></tests>')).toBeDefined();
  });

  it('stop the run with MODULE_INVALID, because MFTF would generate nothing', async () => {
    const catalog = await readCatalog([inModule({ 'Test/T.xml': '<tests>', 'Test/U.xml': '<tests>' })]);
    expect(() => assertReadable(catalog)).toThrow(/Test\/T\.xml:1: .*\(and 1 more\)/);
    expect(() => assertReadable(buildCatalog([]))).not.toThrow();
  });

  it('are not those that are empty', async () => {
    expect(await problemOf('')).toBeUndefined();
  });
});

describe('declarations', () => {
  it('are the same after storing and reading', async () => {
    const declarations = await readDeclarations(
      inModule({
        'Test/A.xml': test('A', group('g')),
        'Suite/S.xml': suite('S', '<include><test name="A"/></include>'),
      }),
    );
    expect(declarationsFromBytes(declarationsToBytes(declarations))).toEqual(declarations);
  });

  it.each(['', '{}', '{"version":2}', '[1'])('are refused when damaged: %j', (text) => {
    expect(() => declarationsFromBytes(Buffer.from(text))).toThrow(
      expect.toSatisfy((error) => isFault(error, 'INPUT_INVALID')),
    );
  });
});

describe('folderSource', () => {
  it('reads a checkout as if it were mounted', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'matre-catalog-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const write = async (path: string, content: string) => {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), content);
    };
    await write('Test/Mftf/Test/A.xml', test('A'));
    await write('Test/Mftf/Data/D.xml', '<broken');
    const catalog = await readCatalog([folderSource(folder, moduleRoot)]);
    expect([...catalog.tests.keys()]).toEqual(['A']);
    expect(catalog.tests.get('A')?.files).toEqual([`${moduleRoot}/Test/Mftf/Test/A.xml`]);
  });
});
