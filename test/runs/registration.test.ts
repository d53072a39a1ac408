import { readdirSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { examplePath } from '../../src/demo/examples.ts';
import { matreItself } from '../../src/model/access.ts';
import { listTests } from '../../src/operations/tests/tests.ts';
import { readInstallation } from '../../src/store/tables/settings.ts';
import { fault, type Harness, moduleTest, openHarness, overOneEngine } from './harness.ts';

const registration = (name: string) => `<?php
use Magento\\Framework\\Component\\ComponentRegistrar;
if (true) {
    ComponentRegistrar::register(ComponentRegistrar::MODULE, '${name}', __DIR__);
}
`;
const suite = (name: string, module: string) => ({
  [`Test/Mftf/Suite/${name}.xml`]: `<?xml version="1.0" encoding="UTF-8"?>
<suites xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:noNamespaceSchemaLocation="urn:magento:mftf:Suite/etc/suiteSchema.xsd">
    <suite name="${name}"><include><module name="${module}"/></include></suite>
</suites>
`,
});

/** A module whose name only PHP can tell: suites that include it by this name have its tests. */
overOneEngine((kind) => {
  let harness: Harness;
  beforeAll(async () => {
    const samples = ['Test', 'Suite'].flatMap((folder) =>
      readdirSync(examplePath(`module/Test/Mftf/${folder}`)).map((name) => `Test/Mftf/${folder}/${name}`),
    );
    harness = await openHarness(kind, { settings: { MATRE_MODULE_TARGET: 'app/code/Harbour/Tests' } });
    harness.module.commit(
      {
        ...Object.fromEntries(samples.map((path) => [path, undefined])),
        ...moduleTest('OneTest', fault('sleep 0')),
        ...moduleTest('TwoTest', fault('sleep 0')),
        ...suite('QuaySuite', 'Quay'),
        'registration.php': registration('Harbour_Quay'),
      },
      'Two tests in a module that PHP names',
    );
  });
  afterAll(() => harness.close());

  const list = async () => {
    const { tests } = await listTests.run(harness.context, {}, { principal: matreItself });
    return tests
      .map(({ name, module, suites }) => ({ name, module, suites }))
      .filter(({ name }) => ['OneTest', 'TwoTest'].includes(name));
  };

  test('a run executes the suite, and the list of tests shows it afterwards', async () => {
    const environment = await harness.environment('preprod-us');
    const { run, plan } = await harness.run(environment, { suites: ['QuaySuite'] });
    expect(run).toMatchObject({ verdict: 'passed' });
    expect(plan).toMatchObject(
      ['OneTest', 'TwoTest'].map((name) => ({ test: name, suite: 'QuaySuite', status: 'passed' })),
    );
    expect(await list()).toEqual(
      ['OneTest', 'TwoTest'].map((name) => ({ name, module: 'Quay', suites: ['QuaySuite'] })),
    );
  });

  test('the list of tests asks PHP in a container of its own, which is removed', async () => {
    harness.module.commit(
      { ...suite('PierSuite', 'Pier'), 'registration.php': registration('Harbour_Pier') },
      'Another name',
    );
    expect(await list()).toEqual(
      ['OneTest', 'TwoTest'].map((name) => ({ name, module: 'Pier', suites: ['PierSuite'] })),
    );
    expect(
      await harness.engine.list({ 'matre.catalog': await readInstallation(harness.context.database) }),
    ).toEqual([]);
  });
});
