import { afterAll, beforeAll, expect, test } from 'vitest';
import { matreItself } from '../../src/model/access.ts';
import { listResults } from '../../src/operations/results/run-results.ts';
import {
  fault,
  type Harness,
  type HarnessEnvironment,
  moduleTest,
  openHarness,
  overOneEngine,
  type RunDetails,
} from './harness.ts';

const member = (name: string) =>
  moduleTest(name, '<amOnPage url="/" stepKey="open"/><see userInput="Harbour" stepKey="see"/>');

/** A suite of tests, which it includes in this order. */
function suite(name: string, before: string, tests: string[]): Record<string, string> {
  return {
    [`Test/Mftf/Suite/${name}.xml`]: `<?xml version="1.0" encoding="UTF-8"?>
<suites xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:noNamespaceSchemaLocation="urn:magento:mftf:Suite/etc/suiteSchema.xsd">
    <suite name="${name}">
        <before>${before}</before>
        <after><comment userInput="after" stepKey="after"/></after>
        <include>${tests.map((test) => `<test name="${test}"/>`).join('')}</include>
    </suite>
</suites>
`,
  };
}

const hiddenGroup = {
  'Test/Mftf/ActionGroup/HiddenActionGroup.xml': `<?xml version="1.0" encoding="UTF-8"?>
<actionGroups xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:noNamespaceSchemaLocation="urn:magento:mftf:Test/etc/actionGroupSchema.xsd">
    <actionGroup name="HiddenActionGroup"><waitForElementVisible selector="title" time="0" stepKey="wait"/></actionGroup>
</actionGroups>
`,
};

const open = '<amOnPage url="/" stepKey="open"/>';

/** What the tests of a suite get when the steps before it fail, seen with MFTF 3.8 in the same ways. */
overOneEngine((kind) => {
  let harness: Harness;
  let environment: HarnessEnvironment;
  let run: RunDetails;
  beforeAll(async () => {
    harness = await openHarness(kind, {
      module: {
        ...Object.assign(
          {},
          ...['B', 'A', 'Shared', 'Hidden', 'Exit', 'Error'].map((name) => member(`${name}Test`)),
        ),
        ...hiddenGroup,
        ...suite('GoodSuite', open, ['SharedTest', 'BTest', 'ATest']),
        ...suite('AssertSuite', `${open}<see userInput="Nowhere on this page" stepKey="see"/>`, [
          'SharedTest',
          'BTest',
        ]),
        ...suite('HiddenSuite', `${open}<actionGroup ref="HiddenActionGroup" stepKey="group"/>`, [
          'HiddenTest',
        ]),
        ...suite('ExitSuite', fault('exit 3'), ['ExitTest']),
        ...suite('ErrorSuite', open, ['ErrorTest']),
      },
      settings: { MATRE_RETRY_FAILED: '0' },
    });
    environment = await harness.environment('preprod-us');
    await harness.context.variables.set(environment.id, {
      name: 'STAND_IN_FAULT',
      value: 'suite ErrorSuite: error',
      secret: false,
    });
    run = await harness.run(environment, {
      suites: ['GoodSuite', 'AssertSuite', 'HiddenSuite', 'ExitSuite', 'ErrorSuite'],
    });
  });
  afterAll(() => harness.close());

  const resultsOf = (name: string) => run.results.filter((result) => result.suite === name);
  const outcomeOf = (name: string) =>
    resultsOf(name).map(({ test, status, reason, message }) => ({
      test,
      status,
      code: reason?.code,
      message,
    }));

  test('its tests fail with the cause, and the run with them, although Codeception ends with 0', () => {
    const message = expect.stringMatching(
      /^SUITE PRECONDITION FAILED:\s+Failed asserting that [\s\S]*Nowhere on this page/,
    );
    expect(outcomeOf('AssertSuite')).toEqual([
      { test: 'BTest', status: 'failed', code: undefined, message },
      { test: 'SharedTest', status: 'failed', code: undefined, message },
    ]);
    expect(run.run.verdict).toBe('failed');
  });

  test('a test of several suites has a result in each of them', () => {
    const statuses = run.results
      .filter(({ test }) => test === 'SharedTest')
      .map(({ suite, status }) => [suite, status]);
    expect(statuses).toEqual([
      ['AssertSuite', 'failed'],
      ['GoodSuite', 'passed'],
    ]);
  });

  test('tests of a suite are planned and executed in the order of Codeception: by the names of their files', () => {
    const results = resultsOf('GoodSuite');
    expect(results.map(({ test }) => test)).toEqual(['ATest', 'BTest', 'SharedTest']);
    const times = results.map(({ startedAt }) => startedAt);
    expect(times).toEqual(times.toSorted());
  });

  test('tests that MFTF executes after an exception without a message fail as well', () => {
    const message = expect.stringContaining('ended in the action group [group] HiddenActionGroup');
    expect(outcomeOf('HiddenSuite')).toEqual([
      { test: 'HiddenTest', status: 'failed', code: undefined, message },
    ]);
  });

  test('its failure has the line of the step that the calls of action groups tell, else that of the suite', async () => {
    const { tests } = await listResults.run(harness.context, { id: run.run.id }, { principal: matreItself });
    const placeOf = (name: string) => tests.find(({ suite }) => suite === name)?.failure?.place;
    expect(placeOf('HiddenSuite')).toMatchObject({
      suite: { name: 'HiddenSuite', line: 3, file: expect.stringMatching(/Suite\/HiddenSuite\.xml$/) },
      step: {
        ...{ stepKey: 'waitGroup', line: 3, file: expect.stringMatching(/HiddenActionGroup\.xml$/) },
        call: { actionGroup: 'HiddenActionGroup', stepKey: 'group', line: 4 },
      },
    });
    // One of two steps, of which MFTF does not say which.
    expect(placeOf('AssertSuite')).toMatchObject({ suite: { name: 'AssertSuite', line: 3 }, step: null });
    expect(placeOf('ExitSuite')).toMatchObject({ suite: { name: 'ExitSuite' }, step: null });
  });

  test('tests whose process ended in these steps have the cause, and no missing result', () => {
    expect(outcomeOf('ExitSuite')).toEqual([
      {
        ...{ test: 'ExitTest', status: 'failed', code: undefined },
        message: expect.stringContaining('ended with exit code 3 in the steps before the suite ExitSuite'),
      },
    ]);
    expect(outcomeOf('ErrorSuite')).toEqual([
      {
        ...{ test: 'ErrorTest', status: 'failed', code: undefined },
        message: 'SUITE PRECONDITION FAILED:\nA fault on purpose.',
      },
    ]);
  });
});
