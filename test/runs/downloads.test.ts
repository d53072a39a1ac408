import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Replay } from '../../src/model/replay.ts';
import { hasPhp } from '../support/browser-proxy.ts';
import { startChromedriver, startGrid, type TestSelenium } from '../support/selenium.ts';
import { waitFor } from '../support/wait-for.ts';
import { fault, type Harness, moduleTest, openHarness, type RunDetails } from './harness.ts';

/**
 * Replays and downloads in real browsers, which are kept for later tests; downloads by a folder that they share with the containers, and
 * from a Grid that manages them.
 */
const kinds = [
  ['chromedriver on this host', startChromedriver],
  ['Selenium Grid 4 with managed downloads', () => startGrid({ maxSessions: 2, managesDownloads: true })],
] as const;

const plain = '<amOnPage url="/prices" stepKey="open"/>';
const attach = `<amOnPage url="/prices" stepKey="return"/>
<attachFile selector="#file" userInput="downloads/prices.csv" stepKey="attach"/>`;
const download = `<amOnPage url="/prices?run" stepKey="open"/><click selector="a.price-list" stepKey="download"/>
${fault('file downloads/prices.csv')}${attach}<click selector="button.upload" stepKey="upload"/>
<see userInput="environment," selector=".content" stepKey="see"/>`;
/** Its pattern does not match its own shell. */
const killProxy = "kill -KILL $(grep -la 'browsers/[p]roxy.php' /proc/[0-9]*/cmdline | sed 's|[^0-9]||g')";

const suite = `<?xml version="1.0" encoding="UTF-8"?>
<suites xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:noNamespaceSchemaLocation="urn:magento:mftf:Suite/etc/suiteSchema.xsd">
    <suite name="DownloadsSuite"><include><test name="FirstInSuiteTest"/><test name="LaterInSuiteTest"/></include></suite>
</suites>
`;

describe.each(kinds)('%s', (_kind, start) => {
  let selenium: TestSelenium;
  let harness: Harness;
  beforeAll(async () => {
    selenium = await start();
    harness = await openHarness('sandbox', {
      module: {
        ...moduleTest('FirstDownloadTest', download),
        ...moduleTest('LaterTest', attach),
        ...moduleTest('FirstInSuiteTest', download, 'of-suite'),
        ...moduleTest('LaterInSuiteTest', attach, 'of-suite'),
        ...moduleTest('FirstPlainTest', plain, 'plain'),
        ...moduleTest('LaterPlainTest', plain, 'plain'),
        ...moduleTest('GatedPlainTest', plain + fault('gate'), 'gated'),
        ...moduleTest('RecordedTest', fault('gate') + fault('fail'), 'recorded'),
        'Test/Mftf/Suite/DownloadsSuite.xml': suite,
      },
      settings: { ...selenium.settings, MATRE_REPLAY: 'failed', MATRE_BROWSER_REUSE: 'on' },
    });
    await harness.context.variables.set('global', { name: 'STAND_IN_BROWSER', value: 'yes', secret: false });
  });
  afterAll(async () => {
    await harness.close();
    await selenium.stop();
  });

  /** The file of the replay of the first test. */
  const replayOf = ({ results: [result] }: RunDetails) =>
    result?.attachments.find(({ kind }) => kind === 'replay')?.path;

  const downloadsOf = async ({ run, results }: RunDetails) => {
    const paths = results.flatMap(({ attachments }) =>
      attachments.flatMap(({ name, path }) => (name.startsWith('Download ') ? [path] : [])),
    );
    return Promise.all(paths.map((path) => harness.artifact(run.id, path)));
  };

  it('brings a download to the test that made it, and to no other', async () => {
    const codes = ['downloads-us', 'downloads-es'];
    const environments = [];
    for (const code of codes) environments.push(await harness.environment(code));
    const runs = await Promise.all(environments.map((one) => harness.run(one, { groups: ['made'] })));
    for (const [index, run] of runs.entries()) {
      expect(run.results.map(({ test, status }) => [test, status])).toEqual([
        ['FirstDownloadTest', 'passed'],
        ['LaterTest', 'failed'],
      ]);
      expect(run.results[1]?.message).toContain('File does not exist');
      expect(await downloadsOf(run)).toEqual([`environment,${codes[index]}\nquery,run\n`]);
      expect(replayOf(run)).toBeUndefined();
    }
  });

  it.skipIf(!hasPhp)('keeps the browser of a test for the next one', async () => {
    const environment = await harness.environment('plain');
    const { run, results } = await harness.run(environment, { groups: ['plain'] });
    expect(results.map(({ status }) => status)).toEqual(['passed', 'passed']);
    expect(await harness.log(run.id)).toContain('Browsers: 1 for 2 sessions');
    expect((await selenium.client.status()).sessions).toEqual([]);
  });

  it.skipIf(!hasPhp)('is used directly when the proxy that keeps browsers dies', async () => {
    const environment = await harness.environment('direct');
    const id = await harness.submit(environment, { tests: ['GatedPlainTest', 'LaterPlainTest'] });
    await waitFor(async () => (await harness.log(id)).includes('is recorded'));
    await environment.container.exec('sh', '-c', killProxy);
    // It would hold its place until the end of the run.
    await waitFor(async () => (await selenium.client.status()).sessions.length === 0);
    await environment.container.openGate();
    const { results } = await harness.finished(id);
    expect(results.map(({ status }) => status)).toEqual(['passed', 'passed']);
    expect(await harness.log(id)).toContain('Browsers are not kept any more: their proxy has ended.');
    expect((await selenium.client.status()).sessions).toEqual([]);
  });

  it('keeps what the browser of a failed test showed', async () => {
    const environment = await harness.environment('recorded');
    const id = await harness.submit(environment, { tests: ['RecordedTest'] });
    await waitFor(async () => (await harness.log(id)).includes('is recorded'));
    await environment.container.openGate();
    const run = await harness.finished(id);
    expect(run.results.map(({ status }) => status)).toEqual(['failed']);
    const replay: Replay = JSON.parse(await harness.artifact(id, replayOf(run) ?? ''));
    expect(Buffer.from(replay.pictures[0]?.data ?? '', 'base64').subarray(0, 2)).toEqual(
      Buffer.from([0xff, 0xd8]),
    );
  });

  it('keeps the downloads of the tests of a suite apart', async () => {
    const environment = await harness.environment('downloads-suite');
    const run = await harness.run(environment, { suites: ['DownloadsSuite'] });
    expect(run.results.map(({ test, status }) => [test, status])).toEqual([
      ['FirstInSuiteTest', 'passed'],
      ['LaterInSuiteTest', 'failed'],
    ]);
    expect(await downloadsOf(run)).toEqual(['environment,downloads-suite\nquery,run\n']);
  });
});
