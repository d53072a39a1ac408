import { describe, expect, it } from 'vitest';
import { type Catalog, readCatalog } from '../catalog/catalog.ts';
import { closureOf } from './closure.ts';
import { describeMissing, providedNames, variablesOf } from './variables.ts';

const acme = 'app/code/Acme/Shop/Test/Mftf';
const other = 'vendor/other/module-extra/Test/Mftf';

/** A catalog of files, by paths below the module Acme_Shop or, with `+`, below another that comes after it. */
function catalogOf(files: Record<string, string>): Promise<Catalog> {
  const listed = Object.entries(files).map(([path, content]) => ({
    path: path.startsWith('+')
      ? `${other}/${path.slice(1)}`
      : path.includes('/code/')
        ? path
        : `${acme}/${path}`,
    content: Buffer.from(content),
  }));
  return readCatalog([{ root: '', files: listed }]);
}

const test = (name: string, body = '', attributes = '') =>
  `<tests><test name="${name}" ${attributes}>${body}</test></tests>`;
const group = (name: string, body = '', attributes = '') =>
  `<actionGroups><actionGroup name="${name}" ${attributes}>${body}</actionGroup></actionGroups>`;
const data = (...entities: string[]) => `<entities>${entities.join('')}</entities>`;
const plan = (name: string, suite?: string) => [{ name, suite }];

/** The files of the closure of the test T, without the folder of the first module. */
async function filesOf(files: Record<string, string>, tests = plan('T')): Promise<string[]> {
  const closure = closureOf(await catalogOf(files), tests);
  if (closure.kind !== 'pruned') throw new Error(closure.reason);
  return closure.files.map((path) => path.replace(`${acme}/`, '').replace(`${other}/`, '+'));
}

const unused = {
  'Test/Unused.xml': test('Unused', '<actionGroup ref="UnusedActionGroup" stepKey="a"/>'),
  'ActionGroup/UnusedActionGroup.xml': group('UnusedActionGroup'),
  'Data/UnusedData.xml': data('<entity name="Unused" type="x"/>'),
};

describe('the closure of tests', () => {
  it('has the tests that they extend, over all levels', async () => {
    const files = {
      ...unused,
      'Test/T.xml': test('T', '<actionGroup ref="ChildActionGroup" stepKey="a"/>', 'extends="P"'),
      'Test/P.xml': test('P'),
      'ActionGroup/ChildActionGroup.xml': group('ChildActionGroup', '', 'extends="ParentActionGroup"'),
      'ActionGroup/ParentActionGroup.xml': group(
        'ParentActionGroup',
        '<see userInput="{{Child.x}}" stepKey="s"/>',
      ),
      'Data/SomeData.xml': data('<entity name="Child" extends="Parent"/>'),
      'Data/MoreData.xml': data('<entity name="Parent"/>'),
    };
    expect(await filesOf(files)).toEqual([
      'ActionGroup/ChildActionGroup.xml',
      'ActionGroup/ParentActionGroup.xml',
      'Data/MoreData.xml',
      'Data/SomeData.xml',
      'Test/P.xml',
      'Test/T.xml',
    ]);
  });

  it('has action groups that other action groups call, in every block of a test', async () => {
    const call = (name: string) => `<actionGroup ref="${name}" stepKey="k"/>`;
    const files = {
      'Test/T.xml': test(
        'T',
        `<before>${call('AActionGroup')}</before><after>${call('BActionGroup')}</after>`,
      ),
      'ActionGroup/AActionGroup.xml': group('AActionGroup', call('CActionGroup')),
      'ActionGroup/BActionGroup.xml': group('BActionGroup'),
      'ActionGroup/CActionGroup.xml': group('CActionGroup'),
    };
    expect(await filesOf(files)).toHaveLength(4);
  });

  it.each([
    ['data by field', '<fillField userInput="{{Thing.name}}" stepKey="s"/>'],
    ['data in the middle of a text', '<see userInput="Hello {{Thing.name}}!" stepKey="s"/>'],
    ['data that is created', '<createData entity="Thing" stepKey="s"/>'],
    ['an argument', '<actionGroup ref="X" stepKey="s"><argument name="a" value="Thing"/></actionGroup>'],
    [
      'a field as argument',
      '<actionGroup ref="X" stepKey="s"><argument name="a" value="Thing.name"/></actionGroup>',
    ],
    [
      'several in an argument',
      '<actionGroup ref="X" stepKey="s"><argument name="a" value="[b, Thing]"/></actionGroup>',
    ],
    ['a parameter', `<click selector="{{Other.el('a', Thing.name)}}" stepKey="s"/>`],
    ['an index', '<see userInput="{{Thing.street[0]}}" stepKey="s"/>'],
    [
      'text of an element',
      '<assertEquals stepKey="s"><expectedResult type="string">{{Thing.name}}</expectedResult></assertEquals>',
    ],
    ['an unknown attribute', '<newAction likeness="Thing.name" stepKey="s"/>'],
  ])('has what steps refer to: %s', async (_, step) => {
    const named = { entity: 'Data/TheData.xml', page: 'Page/ThePage.xml', section: 'Section/TheSection.xml' };
    const files = {
      ...unused,
      'Test/T.xml': test('T', step),
      [named.entity]: data('<entity name="Thing"/>'),
      [named.page]: '<pages><page name="Thing" url="/"/></pages>',
      [named.section]: '<sections><section name="Thing"/></sections>',
    };
    expect(await filesOf(files)).toEqual([named.entity, named.page, named.section, 'Test/T.xml']);
  });

  it('has the default values of arguments, and data that data refers to', async () => {
    const argument = '<arguments><argument name="who" defaultValue="Customer" type="entity"/></arguments>';
    const files = {
      'Test/T.xml': test('T', '<actionGroup ref="GreetActionGroup" stepKey="a"/>'),
      'ActionGroup/GreetActionGroup.xml': group(
        'GreetActionGroup',
        `${argument}<see userInput="{{who.name}}" stepKey="s"/>`,
      ),
      'Data/CustomerData.xml': data(
        '<entity name="Customer"><requiredEntity type="address">Address</requiredEntity><data key="a">{{Shop.name}}</data></entity>',
      ),
      'Data/AddressData.xml': data('<entity name="Address"/>'),
      'Data/ShopData.xml': data('<entity name="Shop"/>'),
      // An argument hides data of its name.
      'Data/WhoData.xml': data('<entity name="who"/>'),
    };
    expect(await filesOf(files)).toEqual([
      'ActionGroup/GreetActionGroup.xml',
      'Data/AddressData.xml',
      'Data/CustomerData.xml',
      'Data/ShopData.xml',
      'Test/T.xml',
    ]);
  });

  it('has the sections of a page', async () => {
    const files = {
      'Test/T.xml': test('T', '<amOnPage url="{{ThePage.url}}" stepKey="a"/>'),
      'Page/ThePage.xml': '<pages><page name="ThePage" url="/"><section name="TheSection"/></page></pages>',
      'Section/TheSection.xml': '<sections><section name="TheSection"/></sections>',
    };
    expect(await filesOf(files)).toHaveLength(3);
  });

  it('has the files that another module merges into any of them, and their references', async () => {
    const files = {
      'Test/T.xml': test('T', '<actionGroup ref="AActionGroup" stepKey="a"/>'),
      'ActionGroup/AActionGroup.xml': group('AActionGroup'),
      '+Test/Merged.xml': test('T', '<see userInput="{{New.x}}" stepKey="n"/>'),
      '+ActionGroup/MergedActionGroup.xml': group('AActionGroup'),
      '+Data/NewData.xml': data('<entity name="New"/>'),
    };
    expect(await filesOf(files)).toEqual([
      'ActionGroup/AActionGroup.xml',
      'Test/T.xml',
      '+ActionGroup/MergedActionGroup.xml',
      '+Data/NewData.xml',
      '+Test/Merged.xml',
    ]);
  });

  it('has the suite of a test, with its before and after', async () => {
    const files = {
      'Test/T.xml': test('T'),
      'Test/U.xml': test('U'),
      'Suite/S.xml':
        '<suites><suite name="S"><before><actionGroup ref="AActionGroup" stepKey="a"/></before><after><comment userInput="" stepKey="c"/></after><include><test name="T"/><test name="U"/></include></suite></suites>',
      'ActionGroup/AActionGroup.xml': group('AActionGroup'),
    };
    expect(await filesOf(files, plan('T', 'S'))).toEqual([
      'ActionGroup/AActionGroup.xml',
      'Suite/S.xml',
      'Test/T.xml',
    ]);
    expect(await filesOf(files)).toEqual(['Test/T.xml']);
  });

  it('has the class of a helper', async () => {
    const files = {
      'Test/T.xml': test(
        'T',
        '<helper class="\\Acme\\Shop\\Test\\Mftf\\Helper\\Tools" method="m" stepKey="h"/>',
      ),
      'Helper/Tools.php':
        '<?php\nnamespace Acme\\Shop\\Test\\Mftf\\Helper;\n\nclass Tools extends Helper\n{\n}\n',
    };
    expect(await filesOf(files)).toEqual(['Helper/Tools.php', 'Test/T.xml']);
  });

  it('omits metadata, which tests read when they run', async () => {
    const files = {
      'Test/T.xml': test('T', '<createData entity="Thing" stepKey="s"/>'),
      'Data/ThingData.xml': data('<entity name="Thing" type="thing"/>'),
      'Metadata/ThingMeta.xml':
        '<operations><operation name="Create" dataType="thing" type="create"/></operations>',
    };
    expect(await filesOf(files)).toEqual(['Data/ThingData.xml', 'Test/T.xml']);
  });

  it('ends when references form a cycle', async () => {
    const files = {
      'Test/T.xml': test('T', '<see userInput="{{A.x}}" stepKey="s"/>'),
      'Data/CircleData.xml': data('<entity name="A" extends="B"/>', '<entity name="B" extends="A"/>'),
    };
    expect(await filesOf(files)).toHaveLength(2);
  });
});

describe('the digest of a closure', () => {
  const files = {
    ...unused,
    'Test/T.xml': test('T', '<see userInput="{{A.x}}" stepKey="s"/>'),
    'Data/SomeData.xml': data('<entity name="A"/>'),
  };
  const digestOf = async (changes: Record<string, string>) => {
    const closure = closureOf(await catalogOf({ ...files, ...changes }), plan('T'));
    return closure.kind === 'pruned' ? closure.digest : undefined;
  };

  it('is the same for the same content, whatever else changes', async () => {
    const digest = await digestOf({});
    expect(digest).toMatch(/^[0-9a-f]{64}$/);
    expect(await digestOf({ 'Test/Unused.xml': test('Unused') })).toBe(digest);
    expect(await digestOf({ 'Test/New.xml': test('New') })).toBe(digest);
  });

  it('changes with any of its files, a new merge, and the name of a module', async () => {
    const digests = new Set([
      await digestOf({}),
      await digestOf({ 'Test/T.xml': test('T', '<see userInput="{{A.y}}" stepKey="s"/>') }),
      await digestOf({ 'Data/SomeData.xml': data('<entity name="A"><data key="x">1</data></entity>') }),
      await digestOf({ '+Data/MoreData.xml': data('<entity name="A"/>') }),
      await digestOf({
        'app/code/Acme/Shop/registration.php': `<?php Magento\\Framework\\Component\\ComponentRegistrar::register('module', 'Acme_Other', __DIR__);`,
      }),
    ]);
    expect(digests.size).toBe(5);
  });
});

describe('a closure that cannot be determined', () => {
  it.each([
    ['the name of an action group is put together', test('T', '<actionGroup ref="{{x.y}}" stepKey="a"/>')],
    ['a name has two lines', test('T', '<actionGroup ref="A&#10;B" stepKey="a"/>')],
    ['the parent is put together', test('T', '', 'extends="{$x}"')],
    ['a helper is nowhere', test('T', '<helper class="Acme\\Nowhere" method="m" stepKey="h"/>')],
  ])('is the whole tree: %s', async (_, xml) => {
    expect(closureOf(await catalogOf({ 'Test/T.xml': xml }), plan('T'))).toMatchObject({
      kind: 'whole',
      reason: expect.stringContaining('T.xml'),
    });
  });

  it.each(['MAGENTO_BP', 'TESTS_BP', 'TESTS_MODULE_PATH', 'CUSTOM_MODULE_PATHS'])(
    'is the whole tree: %s is set',
    async (name) => {
      const catalog = await catalogOf({ 'Test/T.xml': test('T') });
      expect(closureOf(catalog, plan('T'), { settings: { [name]: '/elsewhere' } })).toMatchObject({
        kind: 'whole',
        reason: `${name} is set`,
      });
      expect(closureOf(catalog, plan('T'), { settings: { [name]: '' } }).kind).toBe('pruned');
    },
  );

  it('is the whole tree: files do not fit the schemas of MFTF', async () => {
    const catalog = await catalogOf({ 'Test/T.xml': test('T') });
    expect(
      closureOf(catalog, plan('T'), { pruningObstacles: ['a.xml:1: wrong', 'b.xml:2: wrong'] }),
    ).toMatchObject({
      kind: 'whole',
      reason: 'a.xml:1: wrong',
    });
  });

  it('accepts helpers of MFTF itself', async () => {
    const helper = 'Magento\\FunctionalTestingFramework\\Helper\\Some';
    const catalog = await catalogOf({
      'Test/T.xml': test('T', `<helper class="${helper}" method="m" stepKey="h"/>`),
    });
    expect(closureOf(catalog, plan('T')).kind).toBe('pruned');
  });
});

it('reports the tests that MFTF writes random values into', async () => {
  const create = '<createData entity="A" stepKey="c"><field key="x" unique="suffix">a</field></createData>';
  const catalog = await catalogOf({
    'Test/Own.xml': test('Own', create),
    'Test/Called.xml': test('Called', '<actionGroup ref="AActionGroup" stepKey="a"/>'),
    'ActionGroup/AActionGroup.xml': group('AActionGroup', create),
    'Test/Plain.xml': test(
      'Plain',
      '<createData entity="A" stepKey="c"><field key="x">a</field></createData>',
    ),
    // A value that is made when the test runs.
    'Data/SomeData.xml': data('<entity name="A"><data key="x" unique="suffix">a</data></entity>'),
    'Test/InSuite.xml': test('InSuite'),
    'Suite/S.xml': `<suites><suite name="S"><before>${create}</before><after><comment userInput="" stepKey="c"/></after><include><test name="InSuite"/></include></suite></suites>`,
  });
  const tests = [...plan('Own'), ...plan('Called'), ...plan('Plain'), ...plan('InSuite', 'S')];
  expect(closureOf(catalog, tests).randomTests.map(({ name }) => name)).toEqual(['Own', 'Called', 'InSuite']);
});

it('finds the variables of tests, wherever they are read', async () => {
  const catalog = await catalogOf({
    'Test/T.xml': test(
      'T',
      '<see userInput="{{_ENV.DIRECT}}" stepKey="s"/><actionGroup ref="AActionGroup" stepKey="a"/>',
    ),
    'Test/U.xml': test('U', '<actionGroup ref="AActionGroup" stepKey="a"/>'),
    'Test/V.xml': test('V', '<see userInput="{{_ENV.OTHER}}" stepKey="s"/>'),
    'ActionGroup/AActionGroup.xml': group(
      'AActionGroup',
      `<fillField selector="{{S.el(_ENV.NESTED)}}" userInput="{{_CREDS.magento/THE_KEY}}" stepKey="f"/><createData entity="A" stepKey="c"/>`,
    ),
    'Data/SomeData.xml': data('<entity name="A" type="a"><data key="x">{{_ENV.IN_DATA}}</data></entity>'),
    'Metadata/AMeta.xml':
      '<operations><operation name="C" dataType="a" type="create" url="{{_ENV.IN_METADATA}}"/></operations>',
  });
  const { env, credentials } = variablesOf(catalog, [...plan('T'), ...plan('U')]);
  expect(Object.fromEntries(env)).toEqual({
    DIRECT: ['T'],
    NESTED: ['T', 'U'],
    IN_DATA: ['T', 'U'],
    IN_METADATA: ['T', 'U'],
  });
  expect(Object.fromEntries(credentials)).toEqual({ 'magento/THE_KEY': ['T', 'U'] });
});

describe('variables that are not set', () => {
  const variables = {
    env: new Map([
      ['SET', ['A']],
      ['WAIT_TIMEOUT', ['A']],
      ['NOT_SET', ['A', 'B', 'C', 'D']],
    ]),
    credentials: new Map([
      ['magento/SET', ['A']],
      ['acme/not_set', ['B']],
    ]),
  };
  const values = [{ name: 'SET', value: '' }];

  it('are reported with their tests', () => {
    const message = describeMissing(variables, providedNames({ values, credentials: 'magento/SET=x=y\n' }));
    expect(message).toContain('{{_ENV.NOT_SET}} (A, B and 2 more), {{_CREDS.acme/not_set}} (B).');
    expect(message).not.toMatch(/[./]SET}}|WAIT_TIMEOUT/);
  });

  it('are not reported when there are none', () => {
    const none = { env: new Map([['SET', ['A']]]), credentials: new Map() };
    expect(describeMissing(none, providedNames({ values, credentials: '' }))).toBeUndefined();
  });
});
