import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { quayRoot, quaySamples, readQuayModule } from '../../../test/support/quay-module.ts';
import { createLayout } from '../container/layout.ts';
import { defaultCestSettings } from './settings.ts';
import { type CestRequest, writeCestFiles } from './write-files.ts';

const layout = createLayout('/var/www/html');
const generated = 'dev/tests/acceptance/tests/functional/Magento/_generated';
const config = 'extensions:\n    enabled:\n        - Magento\\Console\n';
/** As another suite of the same MFTF would have it. */
const suiteClass = `class Other extends GroupObject
{
    public static $group = 'Other';
    private $testCount = 7;
        $this->container = $this->getModuleContainer();
        // increment test count per execution
    private function executePreConditions()
                    $webDriver->_initializeSession();
                }
            } catch (\\Exception $exception) {
    private function executePostConditions()
                    $webDriver->_initializeSession();
                }
            } catch (\\Exception $exception) {
`;

async function write(
  tests: [name: string, suite?: string][],
  { changes = {}, ...rest }: { changes?: Record<string, string>; image?: CestRequest['image'] } = {},
) {
  const { catalog, resolver, read } = await readQuayModule(changes);
  const request: CestRequest = {
    tests: tests.map(([name, suite]) => ({ name, suite })),
    settings: { ...defaultCestSettings, waitTimeout: '60' },
    helperClasses: [],
    layout,
    image: { suiteClass, codeceptionConfig: config },
    ...rest,
  };
  return writeCestFiles(catalog, resolver, read, request);
}

const testOf = (steps: string, name = 'T') => `<tests><test name="${name}">${steps}</test></tests>`;

describe('the files of tests', () => {
  it('are those of MFTF, at its places', async () => {
    const { files, refused, helperClasses } = await write([['QuayBoatTest']]);
    expect(refused).toEqual([]);
    expect(files).toEqual([
      {
        path: `${generated}/default/QuayBoatTestCest.php`,
        content: readFileSync(join(quaySamples, '3.8.0/QuayBoatTestCest.php'), 'utf8'),
      },
    ]);
    expect(helperClasses).toEqual(['\\Quay\\Harbour\\Test\\Mftf\\Helper\\QuayHelper']);
  });

  it('have the class of a suite, and its entries in codeception.yml', async () => {
    const { files, refused } = await write([['QuaySuiteTest', 'QuaySuite']]);
    expect(refused).toEqual([]);
    const contents = new Map(files.map(({ path, content }) => [path.replace(/^.*\//, ''), content]));
    expect([...contents.keys()]).toEqual(['QuaySuiteTestCest.php', 'QuaySuite.php', 'codeception.yml']);
    expect(contents.get('QuaySuite.php')).toContain('$testCount = 1;');
    expect(parse(contents.get('codeception.yml') ?? '')).toEqual({
      extensions: { enabled: ['Magento\\Console', 'Group\\QuaySuite'] },
      groups: { QuaySuite: ['tests/functional/Magento/_generated/QuaySuite/'] },
    });
  });
});

describe('MFTF generates', () => {
  it.each([
    [
      'a test that matre refuses',
      testOf('<actionGroup ref="NoSuchGroup" stepKey="a"/>'),
      `${quayRoot}/Test/T.xml:1: The action group NoSuchGroup does not exist.`,
    ],
    ['a test with an unknown action', testOf('<dance stepKey="a"/>'), 'The action "dance" is not known.'],
    [
      'data with fields before another step',
      testOf(
        '<click selector="a" stepKey="a"/><createData entity="QuayBoat" before="a" stepKey="b"><field key="name">x</field></createData>',
      ),
      'the step b creates data with fields before another step',
    ],
    [
      'random values',
      testOf(
        '<createData entity="QuayBoat" stepKey="b"><field key="name" unique="prefix">x</field></createData>',
      ),
      'MFTF writes a random value into the step b',
    ],
  ])('%s', async (_, xml, reason) => {
    const { files, refused } = await write([['T'], ['QuaySkippedTest']], { changes: { 'Test/T.xml': xml } });
    expect(refused).toEqual([{ name: 'T', suite: undefined, reason }]);
    expect(files.map(({ path }) => path)).toEqual([`${generated}/default/QuaySkippedTestCest.php`]);
  });

  const creation = (field: string) =>
    `<createData entity="QuayBoat" stepKey="b"><field key="${field}">x</field></createData>`;
  const childOf = (parent: string, steps: string) => ({
    'Test/P.xml': testOf(parent, 'P'),
    'Test/T.xml': testOf(steps).replace('name="T"', 'name="T" extends="P"'),
  });
  it.each([
    [
      'a test whose hook names something deprecated',
      {
        'Section/OldSection.xml':
          '<sections><section name="OldSection"><element name="a" type="text" selector="#a" deprecated="gone"/></section></sections>',
        'Test/T.xml': testOf('<before><click selector="{{OldSection.a}}" stepKey="a"/></before>'),
      },
      'A hook names something that is deprecated.',
    ],
    [
      'a child of a test that is refused',
      childOf('<dance stepKey="a"/>', '<click selector="a" stepKey="a"/>'),
      'its parent P: The action "dance" is not known.',
    ],
    [
      'a child without a step that creates data with fields',
      childOf(creation('name'), '<remove keyForRemoval="b"/>'),
      'the fields of the step b stay where a child removes or replaces it',
    ],
    [
      'a child with other fields of a step that creates data',
      childOf(creation('name'), creation('other')),
      'the fields of the step b stay where a child removes or replaces it',
    ],
    [
      'a truth value in an action group that is false',
      {
        'ActionGroup/FActionGroup.xml':
          '<actionGroups><actionGroup name="FActionGroup"><assertTrue stepKey="a"><actualResult type="bool">false</actualResult></assertTrue></actionGroup></actionGroups>',
        'Test/T.xml': testOf('<actionGroup ref="FActionGroup" stepKey="c"/>'),
      },
      'A truth value in an action group is false.',
    ],
    [
      'an array with an empty item',
      {
        'Data/PortData.xml':
          '<entities><entity name="Port" type="t"><array key="list"><item>a</item><item/></array></entity></entities>',
        'Test/T.xml': testOf('<see userInput="{{Port.list}}" stepKey="a"/>'),
      },
      'The array "list" of the data "Port" has an empty item, an apostrophe or the environment.',
    ],
    [
      'a call that gives an element a reference which MFTF does not know',
      {
        'ActionGroup/FActionGroup.xml':
          '<actionGroups><actionGroup name="FActionGroup"><arguments><argument name="s" type="string"/></arguments><click selector="{{QuayListSection.row(s)}}" stepKey="a"/></actionGroup></actionGroups>',
        'Test/T.xml': testOf(
          '<actionGroup ref="FActionGroup" stepKey="c"><argument name="s" value="{{QuayBoat.url-key}}"/></actionGroup>',
        ),
      },
      "A parameter is in braces: {{QuayListSection.row('{{QuayBoat.url-key}}')}}.",
    ],
    [
      'an action group in a file with CDATA',
      {
        'ActionGroup/FActionGroup.xml':
          '<actionGroups>\n<actionGroup name="FActionGroup">\n<![CDATA[x]]><click selector="a" stepKey="a"/></actionGroup></actionGroups>',
        'Test/T.xml': testOf('<actionGroup ref="FActionGroup" stepKey="c"/>'),
      },
      `${quayRoot}/ActionGroup/FActionGroup.xml:3: MFTF reads a CDATA section in a way of its own.`,
    ],
    [
      'a step with a comment in a text',
      {
        'Test/T.xml': testOf(
          '\n<assertTrue stepKey="a">\n<actualResult type="string">x<!-- c --></actualResult></assertTrue>',
        ),
      },
      `${quayRoot}/Test/T.xml:3: MFTF reads text beside a comment or an element in a way of its own.`,
    ],
    [
      'an action group in a file with a document type',
      {
        'ActionGroup/FActionGroup.xml':
          '<?xml version="1.0"?>\n<!DOCTYPE actionGroups [\n<!ENTITY e "x">]>\n<actionGroups><actionGroup name="FActionGroup"><see userInput="a&e;b" stepKey="a"/></actionGroup></actionGroups>',
        'Test/T.xml': testOf('<actionGroup ref="FActionGroup" stepKey="c"/>'),
      },
      `${quayRoot}/ActionGroup/FActionGroup.xml:2: MFTF reads a document type in a way of its own.`,
    ],
    ['nothing of a child with the same fields', childOf(creation('name'), creation('name')), undefined],
  ])('%s', async (_, changes, reason) => {
    const { refused } = await write([['T']], { changes });
    expect(refused[0]?.reason).toBe(reason);
  });

  it('a test that two files of a module declare', async () => {
    const step = (key: string) => testOf(`<click selector="a" stepKey="${key}"/>`);
    const changes = { 'Test/T.xml': step('a'), 'Test/U.xml': step('b') };
    const { refused } = await write([['T']], { changes });
    expect(refused[0]?.reason).toBe('two files of a module declare the test T');
  });

  it.each([
    [
      { suiteClass: undefined, codeceptionConfig: config },
      'no suite class of the MFTF of this image is stored yet',
    ],
    [
      { suiteClass: 'class Other {}', codeceptionConfig: config },
      'no suite class of the MFTF of this image is stored yet',
    ],
    [{ suiteClass, codeceptionConfig: undefined }, 'the codeception.yml of the image is not known'],
    [
      { suiteClass, codeceptionConfig: 'extensions: 1' },
      expect.stringContaining('codeception.yml of the image is not built as expected'),
    ],
  ])('all suites when one cannot be written, and no others: %o', async (image, reason) => {
    const tests: [string, string?][] = [['QuaySuiteTest', 'QuaySuite'], ['QuaySkippedTest']];
    const { files, refused } = await write(tests, { image });
    expect(refused).toEqual([{ name: 'QuaySuiteTest', suite: 'QuaySuite', reason }]);
    expect(files).toHaveLength(1);
  });
});
