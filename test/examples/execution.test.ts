import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Shop, startShop } from '../../src/demo/shop/shop.ts';
import { allureCases, createSamples, type Sample } from './sample.ts';

const shops: Record<string, Shop> = {};
beforeAll(async () => {
  for (const environment of ['preprod-us', 'preprod-es', 'stage-es']) {
    shops[environment] = await startShop({ environment, port: 0, latencyMs: 0 });
  }
});
afterAll(() => Promise.all(Object.values(shops).map((shop) => shop.close())));

const samples = createSamples();
afterAll(() => samples.close());
let sample: Sample;
beforeEach(async () => {
  sample = await samples.open();
  await on('preprod-us');
});
afterEach(() => sample.remove());

const on = (environment: string, values: Record<string, string> = {}) =>
  sample.env({ MAGENTO_BASE_URL: shops[environment]?.url ?? '', ...values }, environment);
const cest = (name: string) => `default/${name}Cest.php`;
const results = () => join(sample.output, 'allure-results');

/** The test cases of the only Allure 1 file. */
async function cases() {
  const files = (await sample.files(results())).filter((name) => name.endsWith('-testsuite.xml'));
  expect(files).toHaveLength(1);
  return allureCases(await sample.read(join(results(), files[0] ?? '')));
}

describe('codecept run functional of the stand-in', () => {
  it.each([
    ['preprod-us', []],
    ['preprod-es', ['HarbourGuestCheckoutTest']],
    ['stage-es', ['HarbourCartTotalTest', 'HarbourProductPriceTest']],
  ])(
    'runs the sample module on %s: the failures are differences of the shop',
    async (environment, failingTests) => {
      await on(environment);
      await sample.generate();
      const { code } = await sample.run('');
      expect(code).toBe(failingTests.length > 0 ? 1 : 0);
      const all = await cases();
      expect(
        all
          .filter((one) => one.status === 'failed')
          .map((one) => one.name)
          .sort(),
      ).toEqual(failingTests);
      expect(all.filter((one) => one.status === 'canceled').map((one) => one.name)).toEqual([
        'HarbourWishlistTest',
      ]);
      expect(all.filter((one) => one.status === 'passed')).toHaveLength(all.length - failingTests.length - 1);
      // Passed and skipped Cests are deleted, failed ones stay.
      const remaining = (await sample.files(sample.generated)).filter((name) => name.endsWith('Cest.php'));
      expect(remaining).toEqual(failingTests.map(cest));
    },
  );

  it('stores screenshot, page and message of a failure under the file names of Codeception', async () => {
    await on('stage-es');
    await sample.generate('HarbourProductPriceTest');
    const { code, stdout } = await sample.run(cest('HarbourProductPriceTest'));
    expect(code).toBe(1);
    expect(stdout).toContain('[seePrice] see "12,00 €",".price-box .price"\n FAIL ');
    expect(stdout).not.toContain('\u001b[');
    const [only] = await cases();
    expect(only?.message).toContain('contains &quot;12,00 €&quot;');
    const name =
      'Magento.AcceptanceTest._default.Backend.HarbourProductPriceTestCest.HarbourProductPriceTest.fail';
    const files = await sample.files(sample.output);
    expect(files).toEqual(expect.arrayContaining([`${name}.png`, `${name}.html`, 'failed', 'report.xml']));
    const [picture] = only?.attachments ?? [];
    expect(picture?.title).toBe('HarbourProductPriceTest.png');
    const failed = await sample.read(join(sample.output, 'failed'));
    expect(failed).toBe(
      'tests/functional/Magento/_generated/default/HarbourProductPriceTestCest.php:HarbourProductPriceTest',
    );
    const report = await sample.read(join(sample.output, 'report.xml'));
    expect(report).toMatch(/<testcase [^>]*name="HarbourProductPriceTest"[^>]*>\s*<failure type="PHPUnit/);
  });

  it('removes `failed` when a run passes, and never cleans allure-results', async () => {
    await on('stage-es');
    await sample.generate('HarbourProductPriceTest', 'HarbourHomePageTest');
    await sample.run(cest('HarbourProductPriceTest'));
    await sample.run(cest('HarbourHomePageTest'));
    const files = await sample.files(sample.output);
    expect(files).not.toContain('failed');
    expect(files.filter((name) => name.endsWith('-testsuite.xml'))).toHaveLength(2);
  });

  it('reports a wait that times out as broken', async () => {
    await sample.addTest(
      'SlowTest',
      '<amOnPage url="/" stepKey="open"/><waitForElement selector="#never" time="1" stepKey="wait"/>',
    );
    await sample.generate('SlowTest');
    expect((await sample.run(cest('SlowTest'))).code).toBe(1);
    expect(await cases()).toMatchObject([
      { status: 'broken', message: expect.stringContaining('no such element') },
    ]);
    expect(await sample.read(join(sample.output, 'report.xml'))).toContain('<error type="Facebook');
  });

  it('runs the before and after of a suite once, around a folder of its tests', async () => {
    await sample.generate('HarbourAdminOrderGridTest', 'HarbourAdminOrderViewTest');
    const { code, stdout } = await sample.run('HarbourOrdersSuite');
    expect(code).toBe(0);
    expect(stdout.match(/Beginning execution of HarbourOrdersSuite suite before block/g)).toHaveLength(1);
    expect(stdout.match(/Execution of HarbourOrdersSuite suite after block complete/g)).toHaveLength(1);
    const [first, last] = await cases();
    const titles = ['API Endpoint', 'Request Body', 'Response Data'];
    expect(first?.attachments.map(({ title }) => title)).toEqual(titles);
    expect(last?.attachments.map(({ title }) => title)).toEqual(titles);
  });

  it('omits the after of a suite when its folder has more tests than are run', async () => {
    await sample.generate('HarbourAdminOrderGridTest', 'HarbourAdminOrderViewTest');
    const { stdout } = await sample.run('HarbourOrdersSuite/HarbourAdminOrderGridTestCest.php');
    expect(stdout).toContain('suite before block complete');
    expect(stdout).not.toContain('suite after block');
  });

  it('marks the tests incomplete when the before of their suite fails, and ends with 0', async () => {
    await on('preprod-us', { MAGENTO_ADMIN_PASSWORD: 'wrong' });
    await sample.generate('HarbourAdminOrderGridTest', 'HarbourAdminOrderViewTest');
    const { code, stdout } = await sample.run('HarbourOrdersSuite');
    expect(code).toBe(0);
    expect(stdout).toContain(' INCOMPLETE: SUITE PRECONDITION FAILED:');
    const message = expect.stringContaining('SUITE PRECONDITION FAILED');
    expect(await cases()).toMatchObject([
      { status: 'failed', message },
      { status: 'failed', message },
    ]);
    expect((await sample.read(join(sample.output, 'report.xml'))).match(/<skipped\/>/g)).toHaveLength(2);
    expect(await sample.files(join(sample.generated, 'HarbourOrdersSuite'))).toHaveLength(2);
  });

  it('runs a group, and asks the shop for a token first', async () => {
    await sample.generate();
    const group = (name: string) =>
      sample.start('codecept', [
        'run',
        'functional',
        '-g',
        name,
        '--no-ansi',
        '-o',
        `paths: output: ${sample.output}`,
      ]).ended;
    const suite = await group('HarbourOrdersSuite');
    expect(suite.stdout).toContain('[Groups] HarbourOrdersSuite');
    expect(suite.stdout).toContain('OK (2 tests, 2 assertions)');
    const unknown = await group('nope');
    expect(unknown.code).toBe(0);
    expect(unknown.stdout).toContain('No tests executed!');
    await on('preprod-us', { MAGENTO_BASE_URL: 'http://127.0.0.1:1/' });
    const unreachable = await group('smoke');
    expect(unreachable.code).toBe(255);
    expect(unreachable.stdout).toContain('COMMAND DID NOT FINISH PROPERLY.');
  });

  it('lets .env beat the process environment', async () => {
    await sample.generate('HarbourHomePageTest');
    process.env['MAGENTO_BASE_URL'] = 'http://127.0.0.1:1/';
    try {
      expect((await sample.run(cest('HarbourHomePageTest'))).code).toBe(0);
    } finally {
      delete process.env['MAGENTO_BASE_URL'];
    }
  });

  it('names a Cest that does not exist, and one that is deleted while it is read', async () => {
    await sample.generate('HarbourHomePageTest');
    const missing = await sample.run(cest('NopeTest'));
    expect(missing.code).toBe(1);
    expect(missing.stderr).toContain(
      'File or path tests/functional/Magento/_generated/default/NopeTestCest.php not found',
    );
    await on('preprod-us', { STAND_IN_FAULT: 'load HarbourHomePageTest: vanish' });
    const vanished = await sample.run('default');
    expect(vanished.code).toBe(1);
    expect(vanished.stderr).toMatch(
      /file_get_contents\(.*HarbourHomePageTestCest\.php\): Failed to open stream/,
    );
  });

  it('ends when the class of an enabled suite is missing', async () => {
    await sample.generate('HarbourAdminOrderGridTest');
    const framework =
      'vendor/magento/magento2-functional-testing-framework/src/Magento/FunctionalTestingFramework';
    await rm(join(sample.root, framework, 'Group/HarbourOrdersSuite.php'));
    const { code, stderr } = await sample.run('HarbourOrdersSuite');
    expect(code).toBe(1);
    expect(stderr).toContain('Class `Group\\HarbourOrdersSuite` is not defined');
  });

  it('refuses an option that Codeception does not have, and prints in colours by default', async () => {
    expect((await sample.run('', '--bogus')).stderr).toContain('The "--bogus" option does not exist.');
    await sample.generate('HarbourHomePageTest');
    const path = `tests/functional/Magento/_generated/${cest('HarbourHomePageTest')}`;
    const { stdout } = await sample.start('codecept', ['run', 'functional', path]).ended;
    expect(stdout).toContain('\u001b[');
    expect(await sample.files(join(sample.acceptance, 'tests/_output/allure-results'))).toHaveLength(1);
  });

  it('records each process with its start and end in the journal', async () => {
    const journal = join(sample.output, '../journal');
    await on('preprod-us', { MATRE_JOURNAL: journal });
    await sample.generate('HarbourHomePageTest');
    await sample.run(cest('HarbourHomePageTest'));
    const lines = (await sample.read(journal))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    const ends = lines.filter(({ event }) => event !== 'beat');
    expect(ends).toMatchObject([
      { event: 'start', command: 'mftf' },
      { event: 'end', command: 'mftf', code: 0 },
      { event: 'start', command: 'codecept', baseUrl: shops['preprod-us']?.url },
      { event: 'end', command: 'codecept', code: 0 },
    ]);
    expect(ends[3].monotonic).toBeGreaterThan(ends[2].monotonic);
  });
});

describe('results of MFTF 5', () => {
  it('are JSON, one for each test, with attachments without an extension', async () => {
    await sample.remove();
    sample = await samples.open('5.0.2');
    await on('stage-es');
    await sample.generate('HarbourProductPriceTest', 'HarbourWishlistTest', 'HarbourHomePageTest');
    expect((await sample.run('default')).code).toBe(1);
    const files = await sample.files(results());
    const read = async (name: string) => JSON.parse(await sample.read(join(results(), name)));
    const all = await Promise.all(files.filter((name) => name.endsWith('-result.json')).map(read));
    expect(Object.fromEntries(all.map(({ name, status }) => [name, status]))).toEqual({
      'HG-1: The home page shows the products': 'passed',
      'HG-3: A product has the price of its market': 'failed',
      'HG-5: A product is put on the wish list': 'skipped',
    });
    const containers = await Promise.all(files.filter((name) => name.endsWith('-container.json')).map(read));
    expect(containers.flatMap(({ children }) => children).sort()).toEqual(all.map(({ uuid }) => uuid).sort());
    const failed = all.find(({ status }) => status === 'failed');
    expect(failed.attachments.map(({ type }: { type: string }) => type)).toEqual([
      'image/png',
      'text/html',
      'text/plain',
    ]);
    for (const { source } of failed.attachments) expect(files).toContain(source);
    expect(failed.fullName).toBe(
      'Magento\\AcceptanceTest\\_default\\Backend\\HarbourProductPriceTestCest:HarbourProductPriceTest',
    );
  });

  it('take the password of the administrator from .credentials', async () => {
    await sample.remove();
    sample = await samples.open('5.0.2');
    await on('preprod-us', { MAGENTO_ADMIN_PASSWORD: '' });
    await sample.generate('HarbourAdminOrderViewTest');
    const { stdout } = await sample.run('HarbourOrdersSuite');
    expect(stdout).toContain('not defined in vault or .credentials file');
  });
});
