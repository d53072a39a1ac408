import { describe, expect, it } from 'vitest';
import { buildCatalog } from './catalog.ts';
import { readDeclarations } from './declarations/declarations.ts';

const registration = (name: string) =>
  `<?php \\Magento\\Framework\\Component\\ComponentRegistrar::register('module', '${name}', __DIR__);`;
const test = (name: string) => `<tests><test name="${name}"/></tests>`;
const testPackage = (...modules: string[]) =>
  JSON.stringify({
    type: 'magento2-functional-test-module',
    suggest: Object.fromEntries(
      modules.map((name) => [name, `type: magento2-module, name: ${name}, version: 1`]),
    ),
  });

const declarations = await readDeclarations({
  root: '',
  files: Object.entries({
    'vendor/a/module-cart/registration.php': registration('Acme_Cart'),
    'vendor/a/module-cart/Test/Mftf/Test/T.xml': test('CartTest'),
    'vendor/a/module-otp/registration.php': registration('Acme_Otp'),
    'vendor/a/module-otp/Test/Mftf/Test/T.xml': test('OtpTest'),
    'vendor/a/module-otp/Test/Mftf/ActionGroup/LoginActionGroup.xml':
      '<actionGroups><actionGroup name="Login"/></actionGroups>',
    'vendor/a/module-broken/registration.php': registration('Acme_Broken'),
    'vendor/a/module-broken/Test/Mftf/Test/T.xml': '<tests><test',
    'vendor/b/Unregistered/Test/Mftf/Test/T.xml': test('UnregisteredTest'),
    'vendor/b/SampleData/Test/Mftf/Test/T.xml': test('SampleDataTest'),
    'app/code/Acme/Cart/registration.php': registration('Acme_Cart'),
    'app/code/Acme/Cart/Test/Mftf/Test/T.xml': test('OtherCartTest'),
    'dev/tests/acceptance/tests/_suite/own.xml':
      '<suites><suite name="OwnSuite"><include><group name="g"/></include></suite></suites>',
    'dev/tests/acceptance/tests/functional/A/Both/composer.json': testPackage('Acme_Cart', 'Acme_Otp'),
    'dev/tests/acceptance/tests/functional/A/Both/Test/T.xml': test('BothTest'),
    'dev/tests/acceptance/tests/functional/A/None/composer.json': testPackage(),
    'dev/tests/acceptance/tests/functional/A/None/Test/T.xml': test('NoneTest'),
  }).map(([path, content]) => ({ path, content: Buffer.from(content) })),
});

const build = (...enabled: string[]) => buildCatalog([declarations], enabled);
const modulesOf = (...enabled: string[]) => [...new Set(build(...enabled).files.map(({ module }) => module))];
const testsOf = (...enabled: string[]) => [...build(...enabled).tests.keys()];

describe('the modules of a catalog', () => {
  it('are those that the shop and the allowlist name, in this order, as in MFTF without --force', () => {
    expect(modulesOf('Acme_Otp', 'Other_Module', 'Unregistered', 'Acme_Cart')).toEqual([
      '',
      'Acme_Otp',
      'B_Unregistered',
      'Acme_Cart',
      'B_SampleData',
      'A_Both',
      'A_',
    ]);
  });

  it('are named by their folder only in lists, when they are not registered', () => {
    expect(testsOf('B_Unregistered')).not.toContain('UnregisteredTest');
    expect(testsOf('Unregistered')).toContain('UnregisteredTest');
  });

  it('include a package of several Magento modules only when all of them are enabled', () => {
    expect(testsOf('Acme_Cart')).not.toContain('BothTest');
    expect(testsOf('Acme_Cart', 'Acme_Otp')).toContain('BothTest');
  });

  it('include packages of no Magento module, and SampleData, always', () => {
    expect(testsOf('Other_Module')).toEqual(['SampleDataTest', 'NoneTest']);
  });

  it('are the first of a name: vendor, then app/code', () => {
    const tests = testsOf('Acme_Cart');
    expect(tests).toContain('CartTest');
    expect(tests).not.toContain('OtherCartTest');
  });

  it('are all of them, sorted by name, without a list', () => {
    const { files } = buildCatalog([declarations]);
    const modules = [...new Set(files.map(({ module }) => module))];
    expect(modules).toEqual([...modules].sort());
    expect(modules).toEqual(expect.arrayContaining(['Acme_Cart', 'Acme_Otp', 'B_Unregistered']));
  });

  it('hide what files of other modules declare, and what is wrong in them', () => {
    const parts = build('Acme_Cart').files.flatMap(({ parts }) => parts.map(({ name }) => name));
    expect(parts).not.toContain('Login');
    expect(build('Acme_Cart').problems).toEqual([]);
    expect(build('Acme_Cart', 'Acme_Broken').problems).toHaveLength(1);
    expect(buildCatalog([declarations]).problems).toHaveLength(1);
  });
});
