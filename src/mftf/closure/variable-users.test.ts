import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildCatalog, readCatalog } from '../catalog/catalog.ts';
import { readDeclarations } from '../catalog/declarations.ts';
import { testsReading, variableUsers } from './variable-users.ts';
import { variablesOf } from './variables.ts';

const folder = 'app/code/Acme/Shop/Test/Mftf';
const file = (path: string, content: string) => ({
  path: `${folder}/${path}`,
  content: Buffer.from(content),
});

const files = [
  file(
    'Test/T.xml',
    `<tests>
      <test name="DirectTest"><fillField userInput="{{_ENV.STORE}}" stepKey="a"/></test>
      <test name="GroupTest"><actionGroup ref="PayActionGroup" stepKey="a"/></test>
      <test name="ChildTest" extends="GroupTest"/>
      <test name="SuiteTest"><annotations><group value="pay"/></annotations><click stepKey="a"/></test>
      <test name="OtherTest"><click stepKey="a"/></test>
    </tests>`,
  ),
  file(
    'ActionGroup/PayActionGroup.xml',
    `<actionGroups><actionGroup name="PayActionGroup">
      <fillField userInput="{{_CREDS.magento/PAY_KEY}}" stepKey="a"/><see userInput="{{Shop.name}}" stepKey="b"/>
    </actionGroup></actionGroups>`,
  ),
  file(
    'Data/ShopData.xml',
    '<entities><entity name="Shop" type="x"><data key="name">{{_ENV.NAME}}</data></entity></entities>',
  ),
  file(
    'Suite/PaySuite.xml',
    `<suites><suite name="PaySuite"><include><group name="pay"/></include>
      <before><magentoCLI command="{{_ENV.SETUP}}" stepKey="a"/></before></suite></suites>`,
  ),
];

describe('the users of variables', () => {
  it('are the tests that read them, also through action groups, parents, data and suites', async () => {
    const catalog = await readCatalog([{ root: '', files }]);
    const value = (name: string, credential?: string) => ({ name, credential });
    const { values, missing } = variableUsers(catalog, {
      values: [value('STORE'), value('PAY_KEY', 'magento/PAY_KEY'), value('UNUSED'), value('NAME')],
    });
    expect(Object.fromEntries(values.map(({ name, tests }) => [name, tests]))).toEqual({
      ...{ STORE: 1, PAY_KEY: 2, UNUSED: 0, NAME: 2 },
    });
    expect(missing).toEqual([{ reference: '_ENV.SETUP', tests: 1, firstTests: ['SuiteTest'] }]);
    expect(testsReading(catalog, value('PAY_KEY', 'magento/PAY_KEY'))).toEqual(['ChildTest', 'GroupTest']);
    expect(testsReading(catalog, value('PAY_KEY'))).toEqual([]);
    expect(testsReading(catalog, value('SETUP'))).toEqual(['SuiteTest']);
  });

  it('are those for which the variables of each test name them, over any references', async () => {
    const index = fc.nat(5);
    const reference = fc.record({ group: index, env: fc.option(fc.nat(3)) });
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(reference, { maxLength: 3 }), { minLength: 6, maxLength: 6 }),
        fc.array(fc.array(index, { maxLength: 2 }), { minLength: 4, maxLength: 4 }),
        async (groups, tests) => {
          const use = (group: number) => `<actionGroup ref="G${group}" stepKey="s${group}"/>`;
          const source = (name: string, references: (typeof groups)[number]) =>
            `<actionGroup name="${name}">${references
              .map(
                ({ group, env }) =>
                  use(group) + (env === null ? '' : `<see userInput="{{_ENV.V${env}}}" stepKey="e"/>`),
              )
              .join('')}</actionGroup>`;
          const content = [
            file(
              'ActionGroup/G.xml',
              `<actionGroups>${groups.map((each, at) => source(`G${at}`, each)).join('')}</actionGroups>`,
            ),
            file(
              'Test/T.xml',
              `<tests>${tests.map((each, at) => `<test name="T${at}">${each.map(use).join('')}</test>`).join('')}</tests>`,
            ),
          ];
          const catalog = buildCatalog([await readDeclarations({ root: '', files: content })]);
          const { env } = variablesOf(
            catalog,
            [...catalog.tests.keys()].map((name) => ({ name, suite: undefined })),
          );
          for (const name of ['V0', 'V1', 'V2', 'V3']) {
            const users = testsReading(catalog, { name, credential: undefined });
            expect(users).toEqual([...(env.get(name) ?? [])].sort());
          }
        },
      ),
      { numRuns: 40 },
    );
  });
});
