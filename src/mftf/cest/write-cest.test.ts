import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { quaySamples, readQuayModule } from '../../../test/support/quay-module.ts';
import { helperSignatures } from './php-method-parameters.ts';
import { CestRefusal } from './refusal.ts';
import { defaultCestSettings } from './settings.ts';
import { writeCest } from './write-cest.ts';
import { suiteFrame, writeSuite } from './write-suite.ts';

/** The sample module, with other files in place of some. */
async function moduleOf(changes: Record<string, string> = {}) {
  const { files, catalog, resolver } = await readQuayModule(changes);
  const helpers = helperSignatures(
    files
      .filter(({ path }) => path.endsWith('.php'))
      .map(({ path, content }) => ({ path, read: () => content.toString() })),
  );
  return { catalog, resolver, helpers };
}

async function cestOf(name: string, suite: string, settings: Partial<typeof defaultCestSettings> = {}) {
  const { resolver, helpers } = await moduleOf();
  const resolution = resolver.test(name);
  if ('refusal' in resolution) throw new Error(resolution.refusal.message);
  const { definitions } = resolver;
  const context = { definitions, helpers, settings: { ...defaultCestSettings, ...settings } };
  return writeCest(resolution.resolved, suite, new Set(), context);
}

/** The lines of a Cest for the steps of a test of the sample module. */
async function linesOf(steps: string): Promise<string[]> {
  const xml = `<tests><test name="T">${steps}</test></tests>`;
  const { resolver, helpers } = await moduleOf({ 'Test/T.xml': xml });
  const resolution = resolver.test('T');
  if ('refusal' in resolution) throw new Error(resolution.refusal.message);
  const { definitions } = resolver;
  const context = { definitions, helpers, settings: defaultCestSettings };
  const cest = writeCest(resolution.resolved, 'default', new Set(), context);
  const body = /public function T\(.*\n\t\{\n([\s\S]*?)\n\t\}/.exec(cest)?.[1] ?? '';
  return body.split('\n').map((line) => line.trim().replace(/ \/\/ stepKey: .*$/, ''));
}

describe('the Cest of a test is the one that MFTF generates', () => {
  it.each([
    ['3.8.0', '60', 'QuayBoatTest', 'default'],
    ['3.8.0', '60', 'QuaySkippedTest', 'QuaySuite'],
    ['3.8.0', '60', 'QuaySuiteTest', 'QuaySuite'],
    ['6.0.1', '10', 'QuayBoatTest', 'default'],
    ['6.0.1', '10', 'QuaySkippedTest', 'QuaySuite'],
    ['6.0.1', '10', 'QuaySuiteTest', 'QuaySuite'],
  ])('in MFTF %s with a wait of %s s: %s of %s', async (version, waitTimeout, name, suite) => {
    const expected = readFileSync(join(quaySamples, version, `${name}Cest.php`), 'utf8');
    expect(await cestOf(name, suite, { version, waitTimeout })).toBe(expected);
  });

  it('creates the helpers of the Cests before it in the suite', async () => {
    const { resolver, helpers } = await moduleOf();
    const resolution = resolver.test('QuaySuiteTest');
    if ('refusal' in resolution) throw new Error(resolution.refusal.message);
    const context = { definitions: resolver.definitions, helpers, settings: defaultCestSettings };
    const cest = writeCest(resolution.resolved, 'QuaySuite', new Set(['\\Quay\\Crane']), context);
    expect(cest).toContain('        $this->helperContainer->create("\\Quay\\Crane");\n    }\n\t/**');
  });
});

describe('a skipped test', () => {
  const skip = '<annotations><skip><issueId value="X-1"/></skip></annotations>';
  const unknown = '<click selector="{{QuayListSection.nothing}}" stepKey="a"/>';

  it('is generated in spite of its hooks', async () => {
    const hook = `<before>${unknown}<actionGroup ref="NoActionGroup" stepKey="b"/></before>`;
    expect(await linesOf(skip + hook)).toContain('unlink(__FILE__);');
  });

  it('is refused for a reference of its steps', async () => {
    await expect(linesOf(skip + unknown)).rejects.toThrow(CestRefusal);
  });

  it('is refused for a call of a missing action group', async () => {
    await expect(linesOf(`${skip}<actionGroup ref="NoActionGroup" stepKey="b"/>`)).rejects.toThrow(
      'The action group NoActionGroup does not exist.',
    );
  });

  it('is generated in spite of its steps when it is skipped with its parent, but not of those of the parent', async () => {
    const childOf = (parent: string) =>
      moduleOf({
        'Test/P.xml': `<tests><test name="P">${skip}${parent}</test></tests>`,
        'Test/C.xml': `<tests><test name="C" extends="P">${unknown}</test></tests>`,
      });
    const write = async (parent: string) => {
      const { resolver, helpers } = await childOf(parent);
      const resolution = resolver.test('C');
      if ('refusal' in resolution) throw new CestRefusal(resolution.refusal.message);
      const context = { definitions: resolver.definitions, helpers, settings: defaultCestSettings };
      return writeCest(resolution.resolved, 'default', new Set(), context);
    };
    expect(await write('<comment userInput="fine" stepKey="b"/>')).toContain('ParentTestIsSkipped');
    await expect(write(unknown.replace('"a"', '"b"'))).rejects.toThrow(CestRefusal);
    const call = '<actionGroup ref="NoActionGroup" stepKey="b"/>';
    await expect(write(call)).rejects.toThrow('The action group NoActionGroup does not exist.');
  });
});

it('a description names what is deprecated once for each step, without those of the hooks', async () => {
  const { resolver, helpers } = await moduleOf({
    'Section/OldSection.xml':
      '<sections><section name="OldSection"><element name="a" type="text" selector="#a" deprecated="gone"/></section></sections>',
    'Test/T.xml':
      '<tests><test name="T"><click selector="{{OldSection.a}}" stepKey="a"/><see selector="{{OldSection.a}}" userInput="x" stepKey="b"/></test></tests>',
  });
  const resolution = resolver.test('T');
  if ('refusal' in resolution) throw new Error(resolution.refusal.message);
  const context = { definitions: resolver.definitions, helpers, settings: defaultCestSettings };
  const cest = writeCest(resolution.resolved, 'default', new Set(), context);
  expect(cest.match(/<li>DEPRECATED ELEMENT in Test: \{\{OldSection.a\}\} gone<\/li>/g)).toHaveLength(2);
});

describe('references', () => {
  it.each([
    ['stay when they have another form', '{{widget type="Link"}}', '"{{widget type=\\"Link\\"}}"'],
    [
      'end at the first braces behind the parameters',
      '{{QuayListSection.row((QuayBoat.name))}}',
      '"//tr[@data-name=\'Gull\']"',
    ],
    [
      'drop groups of patterns from literals',
      "{{QuayListSection.row('a$12b')}}",
      '"//tr[@data-name=\'ab\']"',
    ],
    [
      'take a variable without braces for data',
      '{{QuayListSection.row($x)}}',
      '"//tr[@data-name=\'{{$x}}\']"',
    ],
    ['take data of the environment', '#{{_ENV.QUAY}}', '"#" . getenv("QUAY")'],
    ['are expressions without empty texts', '{{_ENV.A}}{{_ENV.B}}', 'getenv("A") . getenv("B")'],
    ['are a variable when they are nothing else', '{$boat}', '$boat'],
    ['are no variable when its name has one letter', '{$x}', '"{$x}"'],
    ['stay in a text when they are a variable', '{$x}!', '"{$x}!"'],
    ['take any parameter for data', '{{QuayListSection.row(12)}}', '"//tr[@data-name=\'{{12}}\']"'],
    ['stay without a parameter', '{{QuayListSection.row()}}', '"{{QuayListSection.row()}}"'],
  ])('%s', async (_, selector, expected) => {
    const escaped = selector.replaceAll('"', '&quot;');
    expect((await linesOf(`<click selector="${escaped}" stepKey="a"/>`))[0]).toBe(`$I->click(${expected});`);
  });

  it.each(['$boat$', '$$boat$$', '$boat$$', '$$$boat$$'])(
    'name created data as an argument: %s',
    async (boat) => {
      const steps = `<actionGroup ref="QuayFindBoatActionGroup" stepKey="find"><argument name="boat" value="${boat}"/></actionGroup>`;
      expect(await linesOf(steps)).toContain(
        "$I->fillField(\"input[name='q']\", $I->retrieveEntityField('boat', 'name', 'test'));",
      );
    },
  );

  it.each([
    ['a secret outside of a field', '<see userInput="{{_CREDS.acme/key}}" stepKey="a"/>'],
    ['a list without brackets', '<seeElement selector="a" parameterArray="x" stepKey="a"/>'],
    ['unknown data', '<fillField selector="a" userInput="{{Nothing.name}}" stepKey="a"/>'],
    ['an unknown field', '<fillField selector="a" userInput="{{QuayBoat.nothing}}" stepKey="a"/>'],
    [
      'an element outside of a selector',
      '<fillField selector="a" userInput="{{QuayListSection.search}}" stepKey="a"/>',
    ],
    ['a page outside of an url', '<see userInput="{{StorefrontQuayPage.url(\'x\')}}" stepKey="a"/>'],
    ['too few parameters', '<click selector="{{QuayListSection.cell(QuayBoat.name)}}" stepKey="a"/>'],
    ['a parameter in braces', '<click selector="{{QuayListSection.row({{QuayBoat.name}})}}" stepKey="a"/>'],
    ['a brace in a parameter', '<click selector="{{QuayListSection.row({{QuayBoat.name})}}" stepKey="a"/>'],
    ['a group in a parameter', '<click selector="{{QuayListSection.row($1)}}" stepKey="a"/>'],
    [
      'an empty parameter before another',
      '<click selector="{{QuayListSection.cell(\'\',\'1\')}}" stepKey="a"/>',
    ],
    [
      'an apostrophe in one of two parameters',
      "<click selector=\"{{QuayListSection.cell(''a'','1')}}\" stepKey=\"a\"/>",
    ],
    ['too many parameters', '<amOnPage url="{{StorefrontQuayPage.url(\'a\',\'b\')}}" stepKey="a"/>'],
    ['data in a time', '<wait time="{{QuayBoat.name}}" stepKey="a"/>'],
    ['an argument that is left in a time', '<wait time="{{seconds}}" stepKey="a"/>'],
    ['data before an element', '<click selector="{{QuayBoat.name}}{{QuayListSection.search}}" stepKey="a"/>'],
    [
      'a list with blanks around it',
      '<assertTrue stepKey="a"><actualResult type="array"> [a] </actualResult></assertTrue>',
    ],
    ['a zero in a selector', '<click selector="0" stepKey="a"/>'],
    ['a dollar sign in a parameter', '<click selector="{{QuayListSection.row(a$b)}}" stepKey="a"/>'],
    [
      'an argument of a locator function that is in it twice',
      '<click selector="{{QuayListSection.link(\'Open\')}}" stepKey="a"/>',
    ],
    ['an empty field', '<createData entity="QuayBoat" stepKey="a"><field key="b"/></createData>'],
    ['an index that is no number', '<getData entity="QuayBoat" index="a" stepKey="a"/>'],
    [
      'a secret behind a dollar sign',
      '<fillField selector="a" userInput="&#36;{{_CREDS.a/b}}" stepKey="a"/>',
    ],
    ['something deprecated in a command', '<magentoCLI command="{{QuayCaptain.name}}" stepKey="a"/>'],
    ['a name between dollar signs', '<see userInput="$boat$" stepKey="a"/>'],
    ['an unknown action', '<sail stepKey="a"/>'],
    ['an unknown helper', '<helper class="Quay\\No" method="moor" stepKey="a"/>'],
    [
      'a helper without an argument',
      '<helper class="\\Quay\\Harbour\\Test\\Mftf\\Helper\\QuayHelper" method="moor" stepKey="a"/>',
    ],
  ])('are refused to %s', async (_, steps) => {
    await expect(linesOf(steps)).rejects.toThrow(CestRefusal);
  });
});

describe('a step', () => {
  it('waits for the element whose attribute it checks', async () => {
    const checked =
      '<assertElementContainsAttribute stepKey="a"><expectedResult selector="{{QuayListSection.submit}}" attribute="class" type="string">x</expectedResult></assertElementContainsAttribute>';
    expect(await linesOf(checked)).toEqual([
      '$I->assertElementContainsAttribute("#submit", "class", "x");',
      '$I->waitForPageLoad(15);',
    ]);
  });

  it.each([
    ['is a variable', '<executeJS function="{$boat}" stepKey="a"/>', '$a = $I->executeJS($boat);'],
    [
      'has the environment but no data in its arguments',
      '<magentoCLI command="x" arguments="{{_ENV.A}} {{QuayBoat.name}}" stepKey="a"/>',
      '$a = $I->magentoCLI("x", 60, getenv("A") . " {{QuayBoat.name}}");',
    ],
    [
      'keeps a field with a hyphen',
      '<see userInput="{{QuayBoat.a-b}} $boat.a-b$" stepKey="a"/>',
      '$I->see("{{QuayBoat.a-b}} $boat.a-b$");',
    ],
    ['has an element or a place', '<scrollTo x="-5" y="0" stepKey="a"/>', '$I->scrollTo(null, -5, 0);'],
    [
      'names the frame before its element',
      '<switchToIFrame selector="a" userInput="b" stepKey="a"/>',
      '$I->switchToIFrame("b", "a");',
    ],
    [
      'of a cron waits for 60 s more',
      '<magentoCron groups="x" timeout="7" stepKey="a"/>',
      '$a = $I->magentoCron("x", 67);',
    ],
    [
      'has the last of two fields with one key',
      '<createData entity="QuayBoat" stepKey="a"><field key="x">1</field><field key="x">2</field></createData>',
      '$aFields[\'x\'] = "2";',
    ],
  ])('%s', async (_, steps, expected) => {
    expect((await linesOf(steps))[0]).toBe(expected);
  });
});

describe('the class of a suite', () => {
  /** As MFTF builds it, with only what is replaced. */
  const generated = [
    'class HarbourSuite extends GroupObject',
    "    public static $group = 'HarbourSuite';",
    '    private $testCount = 7;',
    '        $this->moduleContainer = $this->webDriver->getModuleContainer();',
    '        $this->helperContainer->create("Other");',
    '        // increment test count per execution',
    '    private function executePreConditions()',
    '                    $this->webDriver->_initializeSession();',
    '                }',
    '                print("before");',
    '            } catch (\\Exception $exception) {',
    '    private function executePostConditions()',
    '                    $this->webDriver->_initializeSession();',
    '                }',
    '                print("after");',
    '            } catch (\\Exception $exception) {',
    '',
  ].join('\n');

  it('takes its frame from another class and has its own steps', async () => {
    const { catalog, resolver, helpers } = await moduleOf();
    const frame = suiteFrame(generated);
    const resolution = resolver.suite('QuaySuite');
    if (frame === undefined || 'refusal' in resolution) throw new Error('There is no suite.');
    const context = { definitions: resolver.definitions, helpers, settings: defaultCestSettings };
    const tests = catalog.suites.get('QuaySuite')?.memberCount ?? 0;
    const lines = writeSuite(resolution.resolved, tests, frame, context)
      .split('\n')
      .map((line) => line.trim());
    expect(lines.join('\n')).toBe(
      [
        'class QuaySuite extends GroupObject',
        "public static $group = 'QuaySuite';",
        'private $testCount = 2;',
        '$this->moduleContainer = $this->webDriver->getModuleContainer();',
        '// increment test count per execution',
        'private function executePreConditions()',
        '$this->webDriver->_initializeSession();',
        '}',
        '$craneFields[\'name\'] = "Crane";',
        'PersistedObjectHandler::getInstance()->createEntity(',
        '"crane",',
        '"suite",',
        '"QuayBoat",',
        '[],',
        '$craneFields',
        ');',
        'PersistedObjectHandler::getInstance()->createEntity(',
        '"hook",',
        '"suite",',
        '"QuayBoat",',
        '["crane"]',
        ');',
        '$this->getModuleForAction("getEntity")->getEntity("read", "suite", "QuayBoat", [], null, 1); // stepKey: read',
        'print("Crane of \\"Gull\\"");',
        '$clean = $this->getModuleForAction("magentoCLI")->magentoCLI("cache:clean", 60); // stepKey: clean',
        'print($clean);',
        '$this->getModuleForAction("fillSecretField")->fillSecretField("input[name=\'q\']", $this->getModuleForAction("getSecret")->getSecret("quay/gate_key")); // stepKey: fillKey',
        '$this->getModuleForAction("click")->click("#submit"); // stepKey: submit',
        '$this->getModuleForAction("waitForPageLoad")->waitForPageLoad(15); // stepKey: submitWaitForPageLoad',
        '$script = $this->getModuleForAction("executeJS")->executeJS("return 1"); // stepKey: script',
        '$date = new \\DateTime();',
        '$date->setTimestamp(strtotime("now"));',
        '$date->setTimezone(new \\DateTimeZone("America/Los_Angeles"));',
        '$now = $date->format("H:i");',
        '} catch (\\Exception $exception) {',
        'private function executePostConditions()',
        '$this->webDriver->_initializeSession();',
        '}',
        'PersistedObjectHandler::getInstance()->deleteEntity(',
        '"crane",',
        '"suite"',
        ');',
        "$this->getModuleForAction(\"deleteEntityByUrl\")->deleteEntityByUrl(\"/V1/boats/\" . PersistedObjectHandler::getInstance()->retrieveEntityField('hook', 'id', 'suite')); // stepKey: deleteHook",
        '} catch (\\Exception $exception) {',
        '',
      ].join('\n'),
    );
  });

  it.each([
    '',
    generated.replace('executePostConditions', 'other'),
    generated.replace(/private \$testCount.*\n/, ''),
  ])('has no frame when the other class is built otherwise', (text) =>
    expect(suiteFrame(text)).toBeUndefined(),
  );
});
