import { mkdir, rename, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startShop } from '../../src/demo/shop/shop.ts';
import { createSamples, type Sample } from './sample.ts';

const samples = createSamples();
afterAll(() => samples.close());
let sample: Sample;
beforeEach(async () => {
  sample = await samples.open();
});
afterEach(() => sample.remove());

const groupFolder = () =>
  join(
    sample.root,
    'vendor/magento/magento2-functional-testing-framework/src/Magento/FunctionalTestingFramework/Group',
  );
const configuration = () => sample.read(join(sample.acceptance, 'codeception.yml'));

describe('mftf generate:tests of the stand-in', () => {
  it('generates all tests of the module and of the core, each suite in its own folder', async () => {
    const { code, stdout } = await sample.generate();
    expect({ code, last: stdout.trim() }).toEqual({ code: 0, last: 'Generate Tests Command Run' });
    const files = await sample.files(sample.generated);
    expect(files).toContain('default/HarbourHomePageTestCest.php');
    expect(files).toContain('default/StorefrontSampleHomeTestCest.php');
    expect(files).toContain('HarbourOrdersSuite/HarbourAdminOrderGridTestCest.php');
    expect(files).not.toContain('default/HarbourAdminOrderGridTestCest.php');
    const manifest = await sample.read(join(sample.generated, 'testManifest.txt'));
    expect(manifest).toContain('-g HarbourOrdersSuite\n');
  });

  it('writes three places, and removes two of them for a test that needs no suite', async () => {
    await sample.generate('HarbourAdminOrderGridTest');
    expect(await sample.files(groupFolder())).toEqual(['HarbourOrdersSuite.php']);
    expect(await configuration()).toMatch(/- Group\\HarbourOrdersSuite[\s\S]*groups:\s+HarbourOrdersSuite:/);

    await sample.generate('HarbourHomePageTest');
    expect(await sample.files(groupFolder())).toEqual([]);
    expect(await configuration()).not.toMatch(/groups:|Group\\/);
    // The folder of the suite stays: only `default` is emptied.
    expect(await sample.files(join(sample.generated, 'HarbourOrdersSuite'))).toHaveLength(1);
  });

  it('empties _generated/default on each call', async () => {
    await sample.generate('HarbourHomePageTest', 'HarbourSearchTest');
    await sample.generate('HarbourCouponTest');
    expect(await sample.files(join(sample.generated, 'default'))).toEqual(['HarbourCouponTestCest.php']);
  });

  it('generates the same bytes for the same input, without values of an environment', async () => {
    await sample.env({ HARBOUR_MUG_PRICE: 'first' });
    await sample.generate('HarbourProductPriceTest');
    const cest = join(sample.generated, 'default/HarbourProductPriceTestCest.php');
    const before = await sample.read(cest);
    await sample.env({ HARBOUR_MUG_PRICE: 'second' });
    await sample.generate('HarbourProductPriceTest');
    expect(await sample.read(cest)).toBe(before);
    expect(before).toContain('getenv("HARBOUR_MUG_PRICE")');
  });

  it('writes WAIT_TIMEOUT, and a number for a unique field of createData, into the generated files', async () => {
    await sample.env({ WAIT_TIMEOUT: '7' });
    await sample.addTest(
      'UniqueTest',
      `<createData entity="HarbourOrder" stepKey="make"><field key="email" unique="prefix">a@b.c</field></createData>
       <waitForElementVisible selector="h1" stepKey="see"/>`,
    );
    await sample.generate('UniqueTest');
    const cest = join(sample.generated, 'default/UniqueTestCest.php');
    const before = await sample.read(cest);
    expect(before).toContain('$I->waitForElementVisible("h1", 7)');
    await sample.generate('UniqueTest');
    expect(await sample.read(cest)).not.toBe(before);
  });

  it('generates the known tests and ends with 1 when a name is unknown', async () => {
    const { code, stdout } = await sample.generate('HarbourHomePageTest', 'NopeTest');
    expect(code).toBe(1);
    expect(stdout).toContain('ERROR: 1 Test(s) failed to generate. See mftf.log for details.');
    expect(stdout).toContain('Generate Tests Command Run (with errors)');
    expect(await sample.files(join(sample.generated, 'default'))).toEqual(['HarbourHomePageTestCest.php']);
  });

  it('keeps earlier generated files when XML is invalid', async () => {
    await sample.generate('HarbourHomePageTest');
    await sample.addFile('Test/BrokenTest.xml', '<tests><test name="BrokenTest"></tests>');
    const { code, stdout } = await sample.generate('HarbourSearchTest');
    expect(code).toBe(1);
    expect(stdout).toContain('[NOTE] Test Data Parser Error');
    expect(await sample.files(join(sample.generated, 'default'))).toEqual(['HarbourHomePageTestCest.php']);
  });

  it('reports a reference that cannot be resolved', async () => {
    await sample.addTest('LostTest', '<click selector="{{NopeSection.button}}" stepKey="click"/>');
    const { code, stdout } = await sample.generate('LostTest', '-v');
    expect(code).toBe(1);
    expect(stdout).toContain('{{NopeSection.button}}');
  });

  it('resolves extends, remove, before and after', async () => {
    await sample.addTest(
      'ChildTest',
      `<remove keyForRemoval="seeProducts"/>
       <wait time="1" stepKey="first" before="openHome"/>
       <wait time="2" stepKey="second" after="openHome"/>`,
      ' extends="HarbourHomePageTest"',
    );
    await sample.generate('ChildTest');
    const cest = await sample.read(join(sample.generated, 'default/ChildTestCest.php'));
    const keys = [...cest.matchAll(/stepKey: (\w+)/g)].map(([, key]) => key);
    expect(keys).toEqual(['first', 'openHome', 'second', 'seeTitle']);
  });

  it('builds suites from tests, groups and modules, without excluded tests', async () => {
    await sample.addFile(
      'Suite/GroupSuite.xml',
      `<suites><suite name="GroupSuite"><include><group name="checkout"/><test name="HarbourHomePageTest"/></include>
       <exclude><test name="HarbourCouponTest"/></exclude></suite></suites>`,
    );
    await sample.generate();
    expect(await sample.files(join(sample.generated, 'GroupSuite'))).toEqual([
      'HarbourAddToCartTestCest.php',
      'HarbourCartTotalTestCest.php',
      'HarbourGuestCheckoutTestCest.php',
      'HarbourHomePageTestCest.php',
    ]);
    // Without before and after there is no class.
    expect(await sample.files(groupFolder())).toEqual(['HarbourOrdersSuite.php']);
  });

  it('names a linked module by the target of the link', async () => {
    const real = join(sample.root, '3f9c2a1');
    await rename(join(sample.root, 'app/code/TestModule'), real);
    await symlink(real, join(sample.root, 'app/code/TestModule'));
    await sample.generate('HarbourHomePageTest');
    const cest = await sample.read(join(sample.generated, 'default/HarbourHomePageTestCest.php'));
    expect(cest).toContain('@Features({"3f9c2a1"})');
  });

  it('ends with 255 when tests/functional/Magento is missing', async () => {
    await rm(join(sample.acceptance, 'tests/functional/Magento'), { recursive: true });
    const { code, stderr } = await sample.generate('HarbourHomePageTest');
    expect(code).toBe(255);
    expect(stderr).toContain('TypeError');
  });

  it('asks the shop for its modules without --force', async () => {
    const shop = await startShop({ environment: 'preprod-us', port: 0, latencyMs: 0 });
    try {
      await sample.env({ MAGENTO_BASE_URL: shop.url, MODULE_ALLOWLIST: '' });
      const { code } = await sample.mftf('generate:tests', 'HarbourHomePageTest');
      expect(code).toBe(0);
      await sample.env({ MAGENTO_BASE_URL: shop.url, MAGENTO_ADMIN_PASSWORD: 'wrong' });
      const refusal = await sample.mftf('generate:tests', 'HarbourHomePageTest');
      expect(refusal.code).toBe(1);
      expect(refusal.stdout).toContain('Cannot retrieve API token with credentials');
    } finally {
      await shop.close();
    }
  });

  it('builds the project, with the Allure adapter of its version', async () => {
    expect(await configuration()).toContain('MagentoAllureAdapter');
    const newer = await samples.open('5.0.2');
    try {
      const config = await newer.read(join(newer.acceptance, 'codeception.yml'));
      expect(config).toContain('Qameta\\Allure\\Codeception\\AllureCodeception');
      expect((await newer.mftf('--version')).stdout).toContain('5.0.2');
      await mkdir(join(newer.generated, 'default'), { recursive: true });
      expect((await newer.mftf('build:project')).code).toBe(0);
      expect(await newer.files(join(newer.acceptance, 'tests/functional/Magento'))).toEqual(['.gitkeep']);
    } finally {
      await newer.remove();
    }
  });
});
