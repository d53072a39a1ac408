import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Catalog, readCatalog } from '../catalog/catalog.ts';
import { answers } from '../catalog/question-task.ts';
import { catalogPath } from '../catalog/tree/paths.ts';
import { variablesOf } from '../closure/variables.ts';
import { indexDefinitions } from './index-definitions.ts';
import type { DefinitionKind } from './outline.ts';
import { readOutline } from './read-outline.ts';
import { usedBy } from './used-by.ts';
import { testsReading, variableUsers } from './variable-users.ts';

const folder = 'app/code/Acme/Shop/Test/Mftf';
const file = (path: string, content: string) => ({
  path: `${folder}/${path}`,
  content: Buffer.from(content),
});

const test = (name: string, body: string, attributes = '') =>
  file(`Test/${name}.xml`, `<tests><test name="${name}" ${attributes}>${body}</test></tests>`);
const group = (name: string, body: string) =>
  file(
    `ActionGroup/${name}.xml`,
    `<actionGroups><actionGroup name="${name}">${body}</actionGroup></actionGroups>`,
  );
const reference = (name: string) => `<actionGroup ref="${name}" stepKey="s${name}"/>`;

/** The definitions of some files, and the tests that MFTF generates of them. */
async function read(content: typeof files) {
  const catalog: Catalog = await readCatalog([{ root: '', files: content }]);
  const index = indexDefinitions(
    content.map((each) =>
      readOutline(catalogPath(each.path)?.kind as DefinitionKind, each.path, each.content),
    ),
  );
  return { catalog, index, environment: answers.testsOfSuites(catalog, undefined) };
}

const files = [
  test('DirectTest', '<fillField userInput="{{_ENV.STORE}}" stepKey="a"/>'),
  test('GroupTest', reference('PayActionGroup')),
  test('ChildTest', '', 'extends="GroupTest"'),
  test('SuiteTest', '<annotations><group value="pay"/></annotations><click stepKey="a"/>'),
  test('OtherTest', '<click stepKey="a"/>'),
  group(
    'PayActionGroup',
    '<fillField userInput="{{_CREDS.magento/PAY_KEY}}" stepKey="a"/><see userInput="{{Shop.name}}" stepKey="b"/>',
  ),
  file(
    'Data/ShopData.xml',
    '<entities><entity name="Shop" type="x"><data key="name">{{_ENV.NAME}}</data></entity></entities>',
  ),
  file(
    'Suite/PaySuite.xml',
    `<suites><suite name="PaySuite"><include><group name="pay"/></include>
      <before><magentoCLI command="{{_ENV.SETUP}}" stepKey="a"/></before><after/></suite></suites>`,
  ),
];

describe('the users of variables', () => {
  it('are the tests that read them, also through action groups, parents, data and suites', async () => {
    const { index, environment } = await read(files);
    const value = (name: string, credential?: string) => ({ name, credential });
    const { values, missing } = variableUsers(index, {
      environment,
      values: [value('STORE'), value('PAY_KEY', 'magento/PAY_KEY'), value('UNUSED'), value('NAME')],
    });
    expect(Object.fromEntries(values.map(({ name, tests }) => [name, tests]))).toEqual({
      ...{ STORE: 1, PAY_KEY: 2, UNUSED: 0, NAME: 2 },
    });
    expect(missing).toEqual([{ reference: '_ENV.SETUP', tests: 1, firstTests: ['SuiteTest'] }]);
    const reading = (...variable: Parameters<typeof value>) =>
      testsReading(index, { variable: value(...variable), environment });
    expect(reading('PAY_KEY', 'magento/PAY_KEY')).toEqual(['ChildTest', 'GroupTest']);
    expect(reading('PAY_KEY')).toEqual([]);
    expect(reading('SETUP')).toEqual(['SuiteTest']);
    // What `matre used-by` says.
    expect(usedBy(index, '_CREDS.magento/PAY_KEY', environment)?.tests).toEqual(['ChildTest', 'GroupTest']);
    expect(usedBy(index, '_ENV.SETUP', environment)?.tests).toEqual(['SuiteTest']);
    expect(usedBy(index, 'PayActionGroup', { ...environment, names: ['GroupTest'] })?.tests).toEqual([
      'GroupTest',
    ]);
  });

  it('are those for which the variables of each test name them, over any references', async () => {
    const index = fc.nat(5);
    const use = fc.record({ group: index, env: fc.option(fc.nat(3)) });
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(use, { maxLength: 3 }), { minLength: 6, maxLength: 6 }),
        fc.array(fc.array(index, { maxLength: 2 }), { minLength: 4, maxLength: 4 }),
        async (groups, tests) => {
          const body = (references: (typeof groups)[number]) =>
            references
              .map(({ group: index, env }, at) => {
                const read = env === null ? '' : `<see userInput="{{_ENV.V${env}}}" stepKey="e${at}"/>`;
                return reference(`G${index}ActionGroup`) + read;
              })
              .join('');
          const content = [
            ...groups.map((each, at) => group(`G${at}ActionGroup`, body(each))),
            ...tests.map((each, at) =>
              test(`T${at}Test`, body(each.map((index) => ({ group: index, env: null })))),
            ),
          ];
          const { catalog, index, environment } = await read(content);
          const names = [...catalog.tests.keys()];
          expect(names).toHaveLength(4);
          const { env } = variablesOf(
            catalog,
            names.map((name) => ({ name, suite: undefined })),
          );
          for (const name of ['V0', 'V1', 'V2', 'V3']) {
            const variable = { name, credential: undefined };
            const users = testsReading(index, { variable, environment });
            expect(users).toEqual([...(env.get(name) ?? [])].sort());
          }
        },
      ),
      { numRuns: 40 },
    );
  });
});
