import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  fault,
  type Harness,
  type HarnessEnvironment,
  moduleTest,
  openHarness,
  overOneEngine,
} from './harness.ts';

/** MFTF reads only the files that the tests need, or all files when these are unknown. */
overOneEngine((kind) => {
  let harness: Harness;
  let us: HarnessEnvironment;
  beforeAll(async () => {
    harness = await openHarness(kind, {
      settings: { MATRE_GENERATION: 'mftf' },
      module: {
        ...moduleTest('PlainTest', fault('sleep 0')),
        ...moduleTest(
          'OrderTest',
          `${fault('gate')}<createData entity="HarbourOrder" stepKey="order"/>
           <deleteData createDataKey="order" stepKey="deleteOrder"/>`,
        ),
        ...moduleTest('BadTest', '<actionGroup ref="NoSuchActionGroup" stepKey="bad"/>'),
        ...moduleTest('UnclearTest', '<helper class="Harbour\\Nowhere" method="m" stepKey="h"/>'),
        ...moduleTest(
          'UnsetTest',
          '<comment userInput="{{_ENV.NOBODY_HAS_SET}} {{_CREDS.magento/nobody}}" stepKey="c"/>',
        ),
      },
    });
    us = await harness.environment('preprod-us');
  });
  afterAll(() => harness.close());

  const eventsOf = ({ events }: Awaited<ReturnType<Harness['run']>>) =>
    events.filter(({ code }) => /WHOLE|VARIABLE|INVALID/.test(code));

  test('a suite and single tests are generated as from the whole tree', async () => {
    const details = await harness.run(us, { suites: ['HarbourOrdersSuite'], tests: ['HarbourHomePageTest'] });
    expect(details.run).toMatchObject({ verdict: 'passed', counts: { planned: 3, passed: 3 } });
    expect(eventsOf(details)).toEqual([]);
    const log = await harness.log(details.run.id);
    const [, files] = /Generating from the (\d+) files that the tests need/.exec(log) ?? [];
    expect(Number(files)).toBeGreaterThan(3);
    const tree = await us.container.exec('find', '/matre/run/tree', '-name', '*.xml');
    expect(tree.trim().split('\n')).toHaveLength(Number(files));
    expect(tree).not.toContain('PlainTest.xml');
  });

  test('the data that tests create is read once, and not again from files that change while they run', async () => {
    const id = await harness.submit(us, { tests: ['OrderTest'] });
    await harness.testing(id, 'OrderTest');
    const name = 'HarbourCustomerData.xml';
    const file = (await us.container.exec('find', '/var/www/html/app/code', '-name', name)).trim();
    await us.container.exec('sh', '-c', 'cp "$0" "/tmp/$1" && echo "<broken" >"$0"', file, name);
    await us.container.openGate();
    const { run, results } = await harness.finished(id);
    await us.container.exec('cp', `/tmp/${name}`, file);
    expect({ verdict: run.verdict, message: results[0]?.message }).toEqual({
      verdict: 'passed',
      message: null,
    });
    expect(await harness.log(id)).toMatch(
      /Data of the tests: 1 entities and 2 operations read from 2 files in/,
    );
  });

  test('a reference that cannot be resolved: the whole tree is used, and the run has an event', async () => {
    const details = await harness.run(us, { tests: ['UnclearTest'] });
    expect(eventsOf(details)).toMatchObject([
      { code: 'GENERATED_WHOLE', message: expect.stringContaining('Harbour\\Nowhere') },
    ]);
  });

  test('a test that was not generated from the pruned tree is generated from the whole tree before it is given up', async () => {
    const details = await harness.run(us, { tests: ['BadTest', 'PlainTest'] });
    expect(eventsOf(details)).toMatchObject([
      { code: 'GENERATED_WHOLE', message: expect.stringContaining('BadTest') },
    ]);
    expect(details.results).toMatchObject([
      { test: 'BadTest', status: 'broken', reason: { code: 'GENERATION_FAILED' } },
      { test: 'PlainTest', status: 'passed' },
    ]);
  });

  test('unset variables are named before the first test', async () => {
    const details = await harness.run(us, { tests: ['UnsetTest'] });
    expect(eventsOf(details)).toMatchObject([
      { code: 'VARIABLE_MISSING', message: expect.stringContaining('{{_ENV.NOBODY_HAS_SET}} (UnsetTest)') },
    ]);
    expect(eventsOf(details)[0]?.message).toContain('{{_CREDS.magento/nobody}} (UnsetTest)');
  });
});
