import { afterAll, beforeAll, expect, test } from 'vitest';
import { createLayout } from '../../src/mftf/container/layout.ts';
import { waitFor } from '../support/wait-for.ts';
import {
  fault,
  type Harness,
  type HarnessEnvironment,
  moduleTest,
  openHarness,
  overEngines,
} from './harness.ts';

const { acceptance, generated, suiteClasses } = createLayout('/var/www/html');
const moduleFolder = '/var/www/html/app/code/TestModule';

/** Files that an environment or run could see of another. */
overEngines((kind) => {
  let harness: Harness;
  let us: HarnessEnvironment;
  let es: HarnessEnvironment;
  beforeAll(async () => {
    harness = await openHarness(kind, { module: moduleTest('WaitingTest', fault('sleep 600')) });
    us = await harness.environment('preprod-us');
    es = await harness.environment('preprod-es');
    await harness.context.variables.set(us.id, { name: 'ONLY_HERE', value: 'value-of-us', secret: false });
    await harness.context.variables.set(es.id, { name: 'ONLY_HERE', value: 'value-of-es', secret: false });
  });
  afterAll(() => harness.close());

  const filesBelow = async ({ container }: HarnessEnvironment, folder: string) =>
    (await container.exec('find', folder, '-type', 'f')).split('\n').filter((line) => line !== '');
  const cestsOf = async (environment: HarnessEnvironment) =>
    (await filesBelow(environment, generated)).filter((path) => path.endsWith('Cest.php'));

  test('invariant 7: two environments with two commits at the same time share no files', async () => {
    const first = await harness.submit(us, { tests: ['WaitingTest'] });
    await harness.testing(first);
    const change = { ...moduleTest('OtherTest', fault('sleep 600')), 'only-second.txt': 'second commit' };
    harness.module.commit(change, 'Second');
    const second = await harness.submit(es, { tests: ['OtherTest'] });
    await harness.testing(second);

    expect(await cestsOf(us)).toEqual([`${generated}/default/WaitingTestCest.php`]);
    expect(await cestsOf(es)).toEqual([`${generated}/default/OtherTestCest.php`]);
    expect(await filesBelow(us, moduleFolder)).not.toContain(`${moduleFolder}/only-second.txt`);
    expect(await filesBelow(es, moduleFolder)).toContain(`${moduleFolder}/only-second.txt`);

    const values = await Promise.all(
      [us, es].map(({ container }) => container.exec('cat', `${acceptance}/.env`)),
    );
    expect(values[0]).toContain('value-of-us');
    expect(values[0]).toContain(us.shop.url);
    expect(values[0]).not.toContain('value-of-es');
    expect(values[1]).toContain('value-of-es');
    expect(values[1]).not.toContain('value-of-us');
    expect(values[1]).not.toContain(us.shop.url);

    for (const id of [first, second]) await harness.context.runs.cancel(id);
    const commits = [await harness.finished(first), await harness.finished(second)].map(
      ({ run }) => run.commit?.id,
    );
    expect(new Set(commits).size).toBe(2);
  });

  test('generated files are in one tmpfs, the values in another', async () => {
    const mounts = await us.container.exec('cat', '/proc/self/mountinfo');
    for (const folder of [generated, '/matre/run']) {
      const line = mounts.split('\n').find((one) => one.split(' ')[4] === folder);
      expect(line, folder).toMatch(/ - tmpfs /);
    }
  });

  test('invariant 7: a run sees no file of an earlier run on its environment', async () => {
    // A failed test leaves its file, and generation leaves the folders of other suites.
    const faultVariable = {
      name: 'STAND_IN_FAULT',
      value: 'HarbourAdminOrderViewTest: error',
      secret: false,
    };
    await harness.context.variables.set(us.id, faultVariable);
    const first = await harness.run(us, { tests: ['HarbourHomePageTest'], suites: ['HarbourOrdersSuite'] });
    await harness.context.variables.unset(us.id, faultVariable.name);
    expect(first.run.counts).toMatchObject({ passed: 2, failed: 1 });
    expect((await cestsOf(us)).join()).toContain('HarbourAdminOrderViewTestCest.php');
    const changed = moduleTest('ThirdTest', fault('sleep 600'));
    harness.module.commit({ ...changed, 'Test/Mftf/Test/HarbourSearchTest.xml': undefined }, 'Third');
    const second = await harness.submit(us, { tests: ['ThirdTest'] });
    await harness.testing(second);
    expect(await cestsOf(us)).toEqual([`${generated}/default/ThirdTestCest.php`]);
    expect(await filesBelow(us, suiteClasses)).toEqual([]);
    expect(await us.container.exec('cat', `${acceptance}/codeception.yml`)).not.toContain(
      'HarbourOrdersSuite',
    );
    expect((await filesBelow(us, moduleFolder)).join()).not.toContain('HarbourSearchTest');
    await harness.context.runs.cancel(second);
    await harness.finished(second);
  });

  test('checkouts are read-only in a container', async () => {
    await expect(us.container.exec('touch', '/matre/modules/x')).rejects.toThrow(/Read-only/);
  });

  test('docker exec test -s of the env file succeeds during a run', async () => {
    const run = await harness.submit(us, { tests: ['ThirdTest'] });
    await harness.testing(run);
    await us.container.exec('test', '-s', `${moduleFolder}/Cron/data/.env.preprod-us`);
    await harness.context.runs.cancel(run);
    await waitFor(async () => (await harness.show(run)).run.verdict === 'cancelled');
  });
});
