import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Shop, startShop } from '../../src/demo/shop/shop.ts';
import { waitFor } from '../support/wait-for.ts';
import { allureCases, createSamples, type Sample } from './sample.ts';

let shop: Shop;
beforeAll(async () => {
  shop = await startShop({ environment: 'preprod-us', port: 0, latencyMs: 0 });
});
afterAll(() => shop.close());

const samples = createSamples();
afterAll(() => samples.close());
let sample: Sample;
beforeEach(async () => {
  sample = await samples.open();
});
afterEach(() => sample.remove());

const home = 'HarbourHomePageTest';
const cest = `default/${home}Cest.php`;

/** Generates the test of the home page, to be run with faults. */
async function prepare(faults: string): Promise<void> {
  await sample.generate(home);
  await sample.env({ MAGENTO_BASE_URL: shop.url, STAND_IN_FAULT: faults });
}

async function allure(): Promise<string> {
  const folder = join(sample.output, 'allure-results');
  const [file] = (await sample.files(folder)).filter((name) => name.endsWith('-testsuite.xml'));
  return file === undefined ? '' : sample.read(join(folder, file));
}

const isAlive = (pid: number) => existsSync(`/proc/${pid}`);

describe('deliberate faults', () => {
  it('kill: ends without output, with an empty report and no results', async () => {
    await prepare(`${home}: kill`);
    const { signal } = await sample.run(cest);
    expect(signal).toBe('SIGKILL');
    expect(await allure()).toBe('');
    expect(await sample.read(join(sample.output, 'report.xml'))).toBe('');
  });

  it.each([
    ['exit 0', 0],
    ['exit 7', 7],
    ['fatal', 255],
  ])('%s: ends with that code and no results', async (fault, code) => {
    await prepare(`${home}: ${fault}`);
    expect((await sample.run(cest)).code).toBe(code);
    expect(await allure()).toBe('');
  });

  it('print: writes so many megabytes of output, and the test continues', async () => {
    await prepare(`${home}: print 5`);
    const { code, stdout } = await sample.run(cest);
    expect(code).toBe(0);
    expect(stdout.length).toBeGreaterThan(5 * 1024 * 1024);
  });

  it('cut-allure and no-result: a test passes and its results are damaged or missing', async () => {
    await prepare(`${home}: cut-allure`);
    expect((await sample.run(cest)).code).toBe(0);
    expect(await allure()).not.toContain('</alr:test-suite>');
    await prepare(`${home}: no-result`);
    expect((await sample.run(cest)).code).toBe(0);
    expect(await sample.files(join(sample.output, 'allure-results'))).toHaveLength(1);
  });

  it('hang: a signal ends the step, and the results are written', async () => {
    await prepare(`${home}: hang`);
    const { pid, ended } = sample.start('codecept', [
      ...['run', 'functional', `tests/functional/Magento/_generated/${cest}`],
      ...['--xml', '-o', `paths: output: ${sample.output}`],
    ]);
    await waitFor(() => existsSync(join(sample.output, 'report.xml')));
    process.kill(pid, 'SIGTERM');
    expect((await ended).code).toBe(1);
    expect(allureCases(await allure())).toMatchObject([
      { status: 'broken', message: 'TESTS EXECUTION TERMINATED' },
    ]);
  });

  it('deaf: ignores signals to stop', async () => {
    await sample.generate(home);
    const journal = join(sample.output, '../journal');
    await sample.env({
      MAGENTO_BASE_URL: shop.url,
      MATRE_JOURNAL: journal,
      STAND_IN_FAULT: `${home}: deaf; ${home}: hang`,
    });
    const { pid, ended } = sample.start('codecept', [
      ...['run', 'functional', `tests/functional/Magento/_generated/${cest}`],
      ...['-o', `paths: output: ${sample.output}`],
    ]);
    const beats = async () => (await sample.read(journal)).split('"beat"').length;
    await waitFor(async () => (await beats()) > 2);
    const before = await beats();
    process.kill(pid, 'SIGTERM');
    await waitFor(async () => (await beats()) > before + 1);
    process.kill(pid, 'SIGKILL');
    expect((await ended).signal).toBe('SIGKILL');
  });

  it('hold: a child outlives the test and holds its standard output', async () => {
    await prepare(`${home}: hold 60`);
    const { pid, ended } = sample.start('codecept', [
      ...['run', 'functional', `tests/functional/Magento/_generated/${cest}`],
      ...['-o', `paths: output: ${sample.output}`],
    ]);
    let closed = false;
    void ended.then(() => {
      closed = true;
    });
    await waitFor(() => !isAlive(pid));
    expect(closed).toBe(false);
    const child = await waitFor(() => leftBehind('hold'));
    process.kill(child, 'SIGKILL');
    expect((await ended).stdout).toContain('OK (1 test');
  });

  it('grandchild: a process in its own session stays behind', async () => {
    await prepare(`${home}: grandchild 60`);
    expect((await sample.run(cest)).code).toBe(0);
    const child = await waitFor(() => leftBehind('grandchild'));
    expect(isAlive(child)).toBe(true);
    process.kill(child, 'SIGKILL');
  });

  it('memory: allocates so many megabytes', async () => {
    await prepare(`${home}: memory 64`);
    expect((await sample.run(cest)).code).toBe(0);
  });

  it('fill: writes into _generated', async () => {
    await prepare(`${home}: fill 3`);
    await sample.run(cest);
    expect(await sample.files(sample.generated)).toContain('filler.bin');
  });

  it('no-browser: reports broken with the message of Codeception, and writes invalid screenshots', async () => {
    await sample.generate(home);
    await sample.env({
      MAGENTO_BASE_URL: shop.url,
      SELENIUM_HOST: '127.0.0.1',
      SELENIUM_PORT: '4444',
      STAND_IN_FAULT: '*: no-browser',
    });
    expect((await sample.run(cest)).code).toBe(1);
    const [only] = allureCases(await allure());
    expect(only?.status).toBe('broken');
    expect(only?.message).toContain("Can't connect to WebDriver at http://127.0.0.1:4444/wd/hub");
    const picture = only?.attachments.find(({ title }) => title.endsWith('.png'));
    const text = await sample.read(join(sample.output, 'allure-results', picture?.source ?? ''));
    expect(text).toMatch(/\.fail\.png$/);
  });

  it('no-browser before a suite: writes a result that is passed and has no stop time', async () => {
    await sample.generate('HarbourAdminOrderViewTest');
    await sample.env({ MAGENTO_BASE_URL: shop.url, STAND_IN_FAULT: 'suite HarbourOrdersSuite: no-browser' });
    const { code } = await sample.run('HarbourOrdersSuite');
    expect(code).toBe(1);
    expect(allureCases(await allure())).toMatchObject([{ status: 'passed', stopped: false }]);
    expect(await sample.read(join(sample.output, 'report.xml'))).toBe('');
  });

  it('generate: commits faults during generation', async () => {
    await sample.env({ STAND_IN_FAULT: 'generate: exit 255' });
    expect((await sample.generate(home)).code).toBe(255);
    expect(await sample.files(sample.generated).catch(() => [])).toEqual([]);
  });

  it('a comment in a test can commit a fault', async () => {
    await sample.addTest('CommentTest', '<comment userInput="stand-in: exit 9" stepKey="fault"/>');
    await sample.generate('CommentTest');
    await sample.env({ MAGENTO_BASE_URL: shop.url });
    expect((await sample.run('default/CommentTestCest.php')).code).toBe(9);
  });
});

/** The process that a fault of this sample left behind. */
function leftBehind(mark: string): number | undefined {
  for (const name of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    try {
      const command = readFileSync(`/proc/${name}/cmdline`, 'utf8');
      const folder = readlinkSync(`/proc/${name}/cwd`);
      if (command.includes(`stand-in:${mark}`) && folder.startsWith(sample.root)) return Number(name);
    } catch {
      // It ended during the search.
    }
  }
  return undefined;
}
