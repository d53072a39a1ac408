import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { isFault } from '../../faults/fault.ts';
import { emptySelection, type Selection } from '../../model/selection.ts';
import { buildCatalog, type Catalog, readCatalog } from './catalog.ts';
import { readDeclarations } from './declarations/declarations.ts';
import { cestFile } from './names.ts';
import { describeDisabled, describeInSuites, describeWidePatterns, resolveSelection } from './selection.ts';

const test = (name: string, groups: string[], more = '') =>
  `<tests><test name="${name}" ${more}><annotations>${groups.map((g) => `<group value="${g}"/>`).join('')}</annotations></test></tests>`;
const suite = (name: string, content: string) => `<suites><suite name="${name}">${content}</suite></suites>`;

async function sample(): Promise<Catalog> {
  const files = {
    'Test/B.xml': test('BTest', ['smoke']),
    'Test/A.xml': test('ATest', ['smoke', 'slow']),
    'Test/A2.xml': test('ATest2', ['slow']),
    'Test/S.xml': test('SuiteTest', ['smoke']),
    'Test/S2.xml': test('OtherSuiteTest', ['slow']),
    'Test/Skip.xml':
      '<tests><test name="SkipTest"><annotations><skip><issueId value="X-1"/></skip></annotations></test></tests>',
    'Test/Orphan.xml': test('OrphanTest', ['orphans', 'smoke'], 'extends="Gone"'),
    'Suite/One.xml': suite(
      'OneSuite',
      '<include><test name="SuiteTest"/><test name="OtherSuiteTest"/></include>',
    ),
    'Suite/Two.xml': suite('TwoSuite', '<include><test name="SuiteTest"/></include>'),
  };
  return readCatalog([
    {
      root: '',
      files: Object.entries(files).map(([path, content]) => ({
        path: `app/code/M/Test/Mftf/${path}`,
        content: Buffer.from(content),
      })),
    },
  ]);
}

const catalog = await sample();

function resolve(selection: Partial<Selection>): string[] {
  const { tests } = resolveSelection(catalog, { ...emptySelection, ...selection });
  return tests.map(({ name, suite }) => (suite ? `${suite}:${name}` : name));
}

describe('resolveSelection', () => {
  it('runs a named test in each of its suites, or alone when it has none', () => {
    expect(resolve({ tests: ['SuiteTest'] })).toEqual(['OneSuite:SuiteTest', 'TwoSuite:SuiteTest']);
    expect(resolve({ tests: ['TwoSuite:SuiteTest'] })).toEqual(['TwoSuite:SuiteTest']);
    expect(resolve({ tests: ['BTest', 'ATest', 'BTest'] })).toEqual(['BTest', 'ATest']);
  });

  it('runs the tests of a group, those with suites in the first one, and omits those that cannot be generated', () => {
    expect(resolve({ groups: ['smoke'] })).toEqual(['ATest', 'BTest', 'OneSuite:SuiteTest']);
    const { unusable } = resolveSelection(catalog, { ...emptySelection, groups: ['smoke'] });
    expect(unusable).toEqual([{ test: 'OrphanTest', because: 'it extends Gone, which does not exist' }]);
  });

  it('accepts the name of a suite as a group, as run:group does', () => {
    const whole = ['OneSuite:OtherSuiteTest', 'OneSuite:SuiteTest'];
    expect(resolve({ groups: ['OneSuite'] })).toEqual(whole);
    expect(resolve({ suites: ['OneSuite'] })).toEqual(whole);
  });

  it('runs all tests without a suite, then the suites', () => {
    expect(resolve({ all: true })).toEqual([
      'ATest2',
      'ATest',
      'BTest',
      'SkipTest',
      'OneSuite:OtherSuiteTest',
      'OneSuite:SuiteTest',
      'TwoSuite:SuiteTest',
    ]);
  });

  it('does not depend on the order of the selection, except for named tests', () => {
    expect(resolve({ groups: ['slow', 'smoke'] })).toEqual(resolve({ groups: ['smoke', 'slow'] }));
    expect(resolve({ groups: ['smoke'], tests: ['BTest'] })).toEqual([
      'BTest',
      'ATest',
      'OneSuite:SuiteTest',
    ]);
  });

  it('excludes tests, groups, suites and one test of one suite', () => {
    expect(resolve({ all: true, exclude: ['smoke', 'OtherSuiteTest'] })).toEqual(['ATest2', 'SkipTest']);
    expect(resolve({ all: true, exclude: ['OneSuite', 'smoke'] })).toEqual(['ATest2', 'SkipTest']);
    expect(resolve({ tests: ['SuiteTest'], exclude: ['OneSuite:SuiteTest'] })).toEqual([
      'TwoSuite:SuiteTest',
    ]);
  });

  it('reports which tests will be skipped and why', () => {
    const { skipped } = resolveSelection(catalog, { ...emptySelection, tests: ['SkipTest', 'ATest'] });
    expect(skipped).toEqual([{ test: 'SkipTest', because: 'X-1' }]);
  });

  it('leaves out skipped tests on request, and says which', () => {
    const selection = { ...emptySelection, all: true, excludeSkipped: true };
    const { tests, skipped, excludedSkipped } = resolveSelection(catalog, selection);
    expect(tests.map(({ name }) => name)).not.toContain('SkipTest');
    expect(tests).toHaveLength(resolve({ all: true }).length - 1);
    expect(skipped).toEqual([]);
    expect(excludedSkipped).toEqual([{ test: 'SkipTest', because: 'X-1' }]);
    expect(() => resolve({ tests: ['SkipTest'], excludeSkipped: true })).toThrow(/marks all of 1 as skipped/);
  });

  it('says which named tests belong to suites, where alone they run', () => {
    const { inSuites } = resolveSelection(catalog, {
      ...emptySelection,
      tests: ['SuiteTest', 'OtherSuiteTest', 'ATest', 'TwoSuite:SuiteTest'],
    });
    expect(describeInSuites(inSuites)).toEqual([
      'SuiteTest belongs to the suites OneSuite, TwoSuite: it runs in each of them, never alone. OneSuite:SuiteTest selects one.',
      'OtherSuiteTest belongs to the suite OneSuite: it runs between the before and after of the suite, never alone. The whole suite is --suite OneSuite.',
    ]);
    const tests = Array.from({ length: 12 }, (_, index) => ({ test: `T${index}`, suites: ['S'] }));
    expect(describeInSuites(tests)).toHaveLength(11);
    expect(describeInSuites(tests).at(-1)).toBe('2 more named tests belong to suites.');
  });

  it('refuses an empty selection, and one without remaining tests', () => {
    const empty = expect.toSatisfy((error) => isFault(error, 'SELECTION_EMPTY'));
    expect(() => resolve({})).toThrow(empty);
    expect(() => resolve({ tests: ['ATest'], exclude: ['slow'] })).toThrow(empty);
    expect(() => resolve({ groups: ['orphans'] })).toThrow(/OrphanTest.*Gone/);
  });

  it('refuses a named test that MFTF cannot generate', () => {
    expect(() => resolve({ tests: ['OrphanTest'] })).toThrow(
      expect.toSatisfy((error) => isFault(error, 'MODULE_INVALID')),
    );
  });

  it.each<[Partial<Selection>, RegExp]>([
    [{ tests: ['BTset'] }, /There is no test "BTset"\. Nearest: BTest/],
    [{ tests: ['smoke'] }, /"smoke" is a group, not a test/],
    [{ groups: ['ATest'] }, /"ATest" is a test, not a group/],
    [{ suites: ['smoke'] }, /"smoke" is a group, not a suite/],
    [{ suites: ['one'] }, /Nearest: OneSuite/],
    [{ tests: ['OneSuite:ATest'] }, /ATest is not in the suite OneSuite/],
    [{ tests: ['NoSuite:ATest'] }, /no suite "NoSuite"/],
    [
      { all: true, exclude: ['zzzzzz'] },
      /^An exclusion is not known: there is no test, group or suite "zzzzzz"\.$/,
    ],
    [{ all: true, exclude: ['OneSuite:ATest'] }, /^An exclusion is not known: the test ATest is not in the/],
    [{ tests: ['XTest', 'smok'], groups: ['smok'] }, /"XTest".*"smok".*group "smok"\. Nearest: smoke/],
  ])('refuses what it does not know and offers what is near: %j', (selection, message) => {
    expect(() => resolve(selection)).toThrow(message);
    expect(() => resolve(selection)).toThrow(
      expect.toSatisfy((error) => isFault(error, 'SELECTION_UNKNOWN')),
    );
  });
});

describe('a selection by pattern, severity and module', () => {
  const declared = (name: string, severity: string, more = '') =>
    `<tests><test name="${name}"><annotations><severity value="${severity}"/>${more}</annotations></test></tests>`;
  const files = {
    'app/code/Acme/Cart/Test/Mftf/Test/A.xml': declared('StorefrontCartTest', 'CRITICAL'),
    'app/code/Acme/Cart/Test/Mftf/Test/B.xml': declared('StorefrontCart2Test', 'minor'),
    'app/code/Acme/Cart/Test/Mftf/Test/C.xml': declared(
      'AdminCartTest',
      'CRITICAL',
      '<group value="admin"/>',
    ),
    'app/code/Acme/Tax/Test/Mftf/Test/D.xml': declared(
      'StorefrontTaxTest',
      'BLOCKER',
      '<group value="tax"/>',
    ),
    'app/code/Acme/Tax/Test/Mftf/Test/E.xml': '<tests><test name="StorefrontPlainTest"/></tests>',
    'app/code/Acme/Tax/Test/Mftf/Suite/S.xml': suite(
      'TaxSuite',
      '<include><test name="StorefrontTaxTest"/></include>',
    ),
  };
  const resolveIn = async (selection: Partial<Selection>) => {
    const source = Object.entries(files).map(([path, content]) => ({ path, content: Buffer.from(content) }));
    const catalog = await readCatalog([{ root: '', files: source }]);
    return resolveSelection(catalog, { ...emptySelection, ...selection });
  };
  const namesOf = async (selection: Partial<Selection>) =>
    (await resolveIn(selection)).tests.map(({ name, suite }) => (suite ? `${suite}:${name}` : name));

  it.each<[Partial<Selection>, string[]]>([
    [{ patterns: ['Admin*', 'Adm?nC*'] }, ['AdminCartTest']],
    [{ patterns: ['StorefrontCart*'] }, ['StorefrontCart2Test', 'StorefrontCartTest']],
    [{ patterns: ['*TaxTest'] }, ['TaxSuite:StorefrontTaxTest']],
    [{ patterns: ['Tax*:*'] }, ['TaxSuite:StorefrontTaxTest']],
    [{ severities: ['MINOR'] }, ['StorefrontCart2Test']],
    [{ severities: ['MINOR', 'BLOCKER'] }, ['StorefrontCart2Test', 'TaxSuite:StorefrontTaxTest']],
    [{ patterns: ['*Cart*'], severities: ['CRITICAL'] }, ['AdminCartTest', 'StorefrontCartTest']],
    [{ modules: ['Acme_Tax'] }, ['StorefrontPlainTest', 'TaxSuite:StorefrontTaxTest']],
    [{ modules: ['Tax'], severities: ['BLOCKER'] }, ['TaxSuite:StorefrontTaxTest']],
    [{ groups: ['admin', 'tax'], modules: ['Acme_C*'] }, ['AdminCartTest']],
    [{ all: true, modules: ['Acme_Cart'], exclude: ['Storefront*'] }, ['AdminCartTest']],
    [{ all: true, exclude: ['*Cart*', 'TaxSuite:*'] }, ['StorefrontPlainTest']],
    [{ all: true, exclude: ['Tax*', 'adm?n', '*Cart?Test'] }, ['StorefrontCartTest', 'StorefrontPlainTest']],
  ])('covers %j', async (selection, names) => {
    expect(await namesOf(selection)).toEqual(names);
  });

  it('counts what each pattern matches, and tells which matches everything', async () => {
    const { patterns } = await resolveIn({ patterns: ['*Test', 'Admin*'] });
    expect(patterns).toEqual([
      { pattern: '*Test', tests: 5, matchesAll: true },
      { pattern: 'Admin*', tests: 1, matchesAll: false },
    ]);
    expect(describeWidePatterns(patterns)).toEqual([
      expect.stringContaining('"*Test" matches all 5 tests. Use a longer pattern'),
    ]);
  });

  it.each<[Partial<Selection>, RegExp]>([
    [
      { patterns: ['storefront*'] },
      /no test that matches "storefront\*"\. Patterns are case-sensitive, and there is Storef/,
    ],
    [{ patterns: ['Gone*', 'Admin*'] }, /no test that matches "Gone\*"\.$/],
    [
      { all: true, exclude: ['Gone*'] },
      /exclusion .*: there is no test, group or suite that matches "Gone\*"/,
    ],
    [{ modules: ['Acme_Crat'] }, /no module "Acme_Crat"\. Nearest: Acme_Cart/],
    [{ modules: ['Other_*'] }, /no module that matches "Other_\*"/],
    [
      { groups: ['admin'], modules: ['Tax'] },
      /leaves no test to execute; none of 1 is of these severities and modules/,
    ],
    [{ severities: ['MAJOR'] }, /none of 5 is of these severities/],
    [{ groups: ['admin'], exclude: ['*'] }, /its exclusions leave out all of 1/],
  ])('refuses %j, and says why', async (selection, message) => {
    await expect(resolveIn(selection)).rejects.toThrow(message);
  });
});

describe('a selection with thousands of names', () => {
  it('describes ten unknown names', () => {
    const tests = Array.from({ length: 10_000 }, (_, index) => `Missing${index}Test`);
    expect(() => resolve({ tests, groups: ['none'] })).toThrow(
      /"Missing9Test"\. Other names may be unknown, too\.$/,
    );
  });

  it('reads a name once, however often it is given', () => {
    const read = vi.spyOn(catalog.groups, 'get');
    onTestFinished(() => read.mockRestore());
    resolve({ groups: Array<string>(10_000).fill('smoke') });
    expect(read.mock.calls).toEqual([['smoke']]);
  });
});

describe('cestFile', () => {
  it('adds Cest unless the name ends in it', () => {
    expect([cestFile('ATest'), cestFile('ACest'), cestFile('Cest')]).toEqual([
      'ATestCest.php',
      'ACest.php',
      'CestCest.php',
    ]);
  });
});

describe('a selection in a catalog of enabled modules', () => {
  const files = {
    'vendor/a/Cart/Test/Mftf/Test/T.xml': test('CartTest', ['smoke']),
    'vendor/a/Otp/Test/Mftf/Test/T.xml': test('OtpTest', ['smoke', 'otp']),
    'vendor/a/Otp/Test/Mftf/Test/Suite.xml': test('OtpSuiteTest', []),
    'vendor/a/Otp/Test/Mftf/Suite/S.xml': suite(
      'OtpSuite',
      '<include><test name="OtpSuiteTest"/><test name="CartTest"/></include>',
    ),
  };
  const read = async (enabled?: string[]) => {
    const source = {
      root: '',
      files: Object.entries(files).map(([path, content]) => ({ path, content: Buffer.from(content) })),
    };
    return buildCatalog([await readDeclarations(source)], enabled);
  };
  const resolveEnabled = async (selection: Partial<Selection>) =>
    resolveSelection({ ...(await read(['Cart'])), whole: await read() }, { ...emptySelection, ...selection });
  const otpModule = 'its module A_Otp is not enabled in the shop';

  it('leaves out the tests of other modules, and says so', async () => {
    const { tests, disabled } = await resolveEnabled({ groups: ['smoke'] });
    expect(tests).toEqual([{ name: 'CartTest', suite: undefined }]);
    expect(disabled).toEqual([{ test: 'OtpTest', reason: otpModule }]);
  });

  it('knows the names of other modules, which select nothing', async () => {
    expect(await resolveEnabled({ tests: ['OtpTest'] })).toMatchObject({
      tests: [],
      disabled: [{ test: 'OtpTest', reason: otpModule }],
    });
    expect(await resolveEnabled({ groups: ['otp'] })).toMatchObject({ tests: [] });
    const inSuite = await resolveEnabled({ tests: ['OtpSuite:CartTest'] });
    expect(inSuite).toMatchObject({
      tests: [],
      disabled: [{ test: 'CartTest', reason: expect.stringContaining('what selects it') }],
    });
    await expect(resolveEnabled({ tests: ['NoSuchTest'] })).rejects.toThrow('There is no test');
  });

  it('does not count tests as left out that are excluded', async () => {
    expect(await resolveEnabled({ all: true, exclude: ['otp', 'OtpSuite'] })).toMatchObject({
      tests: [{ name: 'CartTest' }],
      disabled: [],
    });
  });

  it('describes some of them, and counts the others', () => {
    const disabled = Array.from({ length: 12 }, (_, index) => ({ test: `T${index}`, reason: 'it is' }));
    expect(describeDisabled([])).toBeUndefined();
    expect(describeDisabled(disabled)).toMatch(/^Left out.*: T0 \(it is\).* and 2 more\.$/);
  });
});
