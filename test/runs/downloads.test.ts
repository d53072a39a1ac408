import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startChromedriver, startGrid, type TestSelenium } from '../support/selenium.ts';
import { fault, type Harness, moduleTest, openHarness, type RunDetails } from './harness.ts';

/** Downloads in real browsers: by a folder that they share with the containers, and from a Grid that manages them. */
const kinds = [
  ['chromedriver on this host', startChromedriver],
  ['Selenium Grid 4 with managed downloads', () => startGrid({ maxSessions: 2, managesDownloads: true })],
] as const;

const attach = `<amOnPage url="/prices" stepKey="return"/>
<attachFile selector="#file" userInput="downloads/prices.csv" stepKey="attach"/>`;
const download = `<amOnPage url="/prices?run" stepKey="open"/><click selector="a.price-list" stepKey="download"/>
${fault('file downloads/prices.csv')}${attach}<click selector="button.upload" stepKey="upload"/>
<see userInput="environment," selector=".content" stepKey="see"/>`;

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
        'Test/Mftf/Suite/DownloadsSuite.xml': suite,
      },
      settings: selenium.settings,
    });
    await harness.context.variables.set('global', { name: 'STAND_IN_BROWSER', value: 'yes', secret: false });
  });
  afterAll(async () => {
    await harness.close();
    await selenium.stop();
  });

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
    }
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
