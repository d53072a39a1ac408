import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LintCode, LintFinding } from '../../model/lint.ts';
import { lintCodes } from '../../model/lint.ts';
import { catalogPath } from '../catalog/tree/paths.ts';
import { indexDefinitions } from './index-definitions.ts';
import { lint, lintBelow } from './lint.ts';
import type { DefinitionKind } from './outline.ts';
import { readOutline } from './read-outline.ts';

const module = 'app/code/Acme/Shop/Test/Mftf';
type Files = Record<string, string>;

/** A small module without any finding, by the paths of its files. */
const clean: Files = {
  'Test/BuyTest.xml': tests(`<test name="BuyTest">
    <before><createData entity="Hat" stepKey="createHat"/></before>
    <actionGroup ref="OpenActionGroup" stepKey="open"><argument name="item" value="Hat"/></actionGroup>
    <click selector="{{CartSection.row(Hat.name)}}" stepKey="click"/>
  </test>`),
  'ActionGroup/OpenActionGroup.xml': groups(`<actionGroup name="OpenActionGroup">
    <arguments><argument name="item"/><argument name="text" type="string" defaultValue="x"/></arguments>
    <amOnPage url="{{CartPage.url(item.name)}}" stepKey="go"/>
    <see selector="{{CartSection.title}}" userInput="{{item.name}} {{text}} {{_ENV.BASE}}" stepKey="see"/>
  </actionGroup>`),
  'Section/CartSection.xml': `<sections><section name="CartSection">
    <element name="title" type="text" selector="#title"/>
    <element name="row" type="text" selector="//tr[@id='{{name}}']" parameterized="true"/>
  </section></sections>`,
  'Page/CartPage.xml':
    '<pages><page name="CartPage" url="/cart/{{item}}" area="storefront" parameterized="true"><section name="CartSection"/></page></pages>',
  'Data/HatData.xml':
    '<entities><entity name="Hat" type="item"><data key="Name">hat</data></entity></entities>',
  'Metadata/ItemMeta.xml': '<operations><operation name="c" dataType="item" type="create"/></operations>',
};

function tests(inner: string): string {
  return `<tests>${inner}</tests>`;
}

function groups(inner: string): string {
  return `<actionGroups>${inner}</actionGroups>`;
}

/** Files of the module, each with another content; a line break between the parts of a change does not matter. */
function check(changes: Files = {}): LintFinding[] {
  const outlines = Object.entries({ ...clean, ...changes }).map(([path, content]) => {
    const full = `${module}/${path}`;
    return readOutline(catalogPath(full)?.kind as DefinitionKind, full, Buffer.from(content));
  });
  return lint(indexDefinitions(outlines), () => true);
}

/** The findings of the clean module after a replacement in one file. */
function changed(path: string, from: string | RegExp, to: string): LintFinding[] {
  const content = clean[path] ?? '';
  const next = content.replace(from, to);
  expect(next).not.toBe(content);
  return check({ [path]: next });
}

const codesOf = (findings: readonly LintFinding[]) => findings.map(({ code }) => code);

/** For each rule a change of the clean module that breaks it, and what the message names. */
const broken: Record<LintCode, () => [LintFinding[], RegExp]> = {
  FILE_INVALID: () => [check({ 'Test/OtherTest.xml': '<tests>\n<test name="A">' }), /unclosed/],
  ACTION_GROUP_UNKNOWN: () => [
    changed('Test/BuyTest.xml', '<click', '<actionGroup ref="NoActionGroup" stepKey="no"/><click'),
    /NoActionGroup/,
  ],
  PARENT_UNKNOWN: () => [
    changed('Test/BuyTest.xml', 'name="BuyTest"', 'name="BuyTest" extends="GoneTest"'),
    /GoneTest/,
  ],
  REFERENCE_UNKNOWN: () => [changed('Test/BuyTest.xml', '(Hat.name)', '(Cap.name)'), /Cap/],
  ELEMENT_UNKNOWN: () => [
    changed('Test/BuyTest.xml', '</test>', '<see selector="{{CartSection.titel}}" stepKey="s"/></test>'),
    /CartSection has no element titel\. Nearest: title\.$/,
  ],
  FIELD_UNKNOWN: () => [changed('Test/BuyTest.xml', '(Hat.name)', '(Hat.colour)'), /Hat has no field colour/],
  DATA_UNKNOWN: () => [changed('Test/BuyTest.xml', 'entity="Hat"', 'entity="Cap"'), /Cap/],
  OPERATION_UNKNOWN: () => [
    changed('Metadata/ItemMeta.xml', 'type="create"', 'type="delete"'),
    /create.*item.*Hat/,
  ],
  ARGUMENT_UNKNOWN: () => [
    changed('Test/BuyTest.xml', '</actionGroup>', '<argument name="size" value="1"/></actionGroup>'),
    /OpenActionGroup has no argument size/,
  ],
  ARGUMENT_MISSING: () => [
    changed(
      'Test/BuyTest.xml',
      '</actionGroup>',
      '</actionGroup><actionGroup ref="OpenActionGroup" stepKey="b"/>',
    ),
    /item/,
  ],
  ELEMENT_ARGUMENTS: () => [
    changed('Test/BuyTest.xml', '(Hat.name)', '(Hat.name, 2)'),
    /1 parameter.*2 arguments/,
  ],
  STEP_KEY_DUPLICATE: () => [
    changed('Test/BuyTest.xml', '</test>', '<see userInput="a" stepKey="click"/></test>'),
    /click.*line 4/,
  ],
  SELECTOR_INVALID: () => [changed('Section/CartSection.xml', '#title', '#title['), /\[ is not closed/],
  SELECTOR_MISREAD: () => [changed('Section/CartSection.xml', ' parameterized="true"', ''), /parameterized/],
  SECTION_UNKNOWN: () => [changed('Page/CartPage.xml', '"CartSection"', '"OldSection"'), /OldSection/],
  TEST_UNKNOWN: () => [
    check({
      'Suite/S.xml': '<suites><suite name="S"><include><test name="GoneTest"/></include></suite></suites>',
    }),
    /GoneTest/,
  ],
  ACTION_REMOVED: () => [
    changed('Test/BuyTest.xml', '</test>', '<formatMoney userInput="1" stepKey="f"/></test>'),
    /formatCurrency/,
  ],
  DEPRECATED_USE: () => [
    changed('ActionGroup/OpenActionGroup.xml', '<actionGroup ', '<actionGroup deprecated="Use Other." '),
    /OpenActionGroup is deprecated: Use Other/,
  ],
  NO_ASSERTION: () => [
    check({
      'ActionGroup/OpenActionGroup.xml': (clean['ActionGroup/OpenActionGroup.xml'] ?? '').replace(
        '<see ',
        '<fillField ',
      ),
    }),
    /BuyTest/,
  ],
  HARD_SLEEP: () => [
    changed('Test/BuyTest.xml', '</test>', '<wait time="5" stepKey="w"/></test>'),
    /w sleeps for 5 s/,
  ],
  ACTION_GROUP_UNUSED: () => [
    check({ 'ActionGroup/OldActionGroup.xml': groups('<actionGroup name="OldActionGroup"/>') }),
    /OldActionGroup/,
  ],
  DATA_UNUSED: () => [
    changed('Data/HatData.xml', '</entities>', '<entity name="Cap" type="item"/></entities>'),
    /Cap/,
  ],
  ELEMENT_UNUSED: () => [
    changed(
      'Section/CartSection.xml',
      '</section>',
      '<element name="old" type="text" selector="a"/></section>',
    ),
    /CartSection\.old/,
  ],
};

describe('lint', () => {
  it('has no finding for a module without a mistake', () => {
    expect(check()).toEqual([]);
  });

  it.each(lintCodes)('finds %s, and nothing else', (code) => {
    const [findings, message] = broken[code]();
    expect(codesOf(findings)).toEqual([code]);
    expect(findings[0]?.message).toMatch(message);
  });

  it('names the line where a tag begins', () => {
    const findings = changed(
      'Test/BuyTest.xml',
      '</test>',
      '<wait\n\n  time="5"\n  stepKey="w"/>\n<wait time="6" stepKey="v"/></test>',
    );
    expect(findings.map(({ line }) => line)).toEqual([5, 9]);
  });

  it('reads all other files when one is broken', () => {
    const findings = check({ 'Test/OtherTest.xml': Buffer.from([0xff, 0xfe, 0x00]).toString('latin1') });
    expect(codesOf(findings)).toEqual(['FILE_INVALID']);
  });

  it('takes an argument of an action group for neither data nor a section', () => {
    const group = groups(`<actionGroup name="OpenActionGroup" extends="BaseActionGroup">
      <see selector="{{CartSection.title}}" userInput="{{item.anything}}" stepKey="see"/></actionGroup>`);
    const base = groups(
      '<actionGroup name="BaseActionGroup"><arguments><argument name="item"/></arguments></actionGroup>',
    );
    expect(
      check({ 'ActionGroup/OpenActionGroup.xml': group, 'ActionGroup/BaseActionGroup.xml': base }),
    ).toEqual([]);
  });

  it('says nothing of arguments, fields and assertions when the parent that may have them is missing', () => {
    const findings = changed(
      'Data/HatData.xml',
      'name="Hat" type="item"',
      'name="Hat" type="item" extends="Gone"',
    );
    expect(codesOf(findings)).toEqual(['PARENT_UNKNOWN']);
    const group = changed(
      'ActionGroup/OpenActionGroup.xml',
      /name="OpenActionGroup">.*<\/arguments>/s,
      'name="OpenActionGroup" extends="Gone">',
    );
    expect(codesOf(group)).toEqual(['PARENT_UNKNOWN']);
    const test = tests('<test name="ChildTest" extends="Gone"><click selector="a" stepKey="c"/></test>');
    expect(codesOf(check({ 'Test/ChildTest.xml': test }))).toEqual(['PARENT_UNKNOWN']);
  });

  it('counts a use through the argument of an action group', () => {
    const section = `<sections><section name="BoxSection"><element name="title" type="text" selector="a"/>
      <element name="side" type="text" selector="#{{color}}" parameterized="true"/></section></sections>`;
    const test = (clean['Test/BuyTest.xml'] ?? '').replace(
      '</test>',
      `<actionGroup ref="BoxActionGroup" stepKey="b">
      <argument name="box" value="BoxSection"/><argument name="side" value="BoxSection.side(Lid.color)"/></actionGroup></test>`,
    );
    const group =
      groups(`<actionGroup name="BoxActionGroup"><arguments><argument name="box"/><argument name="side"/></arguments>
      <click selector="{{box.title}}" stepKey="c"/><click selector="{{side}}" stepKey="d"/></actionGroup>`);
    const files = {
      'Section/BoxSection.xml': section,
      'Test/BuyTest.xml': test,
      'ActionGroup/BoxActionGroup.xml': group,
      'Data/LidData.xml':
        '<entities><entity name="Lid" type="lid"><data key="color">red</data></entity></entities>',
    };
    expect(check(files)).toEqual([]);
  });

  it('finds the name of an element in a selector without braces, and takes no other text for one', () => {
    const steps = ['CartSection.title', 'CartSection.old', 'div.title', '{{CartSection.title}}']
      .map((selector, index) => `<dontSeeElement selector="${selector}" stepKey="d${index}"/>`)
      .join('');
    expect(changed('Test/BuyTest.xml', '</test>', `${steps}</test>`)).toMatchObject([
      { code: 'SELECTOR_MISREAD', message: expect.stringMatching(/the element CartSection\.title without/) },
    ]);
  });

  it('does not count the use by something that no test uses', () => {
    const old = groups(
      '<actionGroup name="OldActionGroup"><click selector="{{CartSection.old}}" stepKey="c"/></actionGroup>',
    );
    const section = (clean['Section/CartSection.xml'] ?? '').replace(
      '</section>',
      '<element name="old" type="text" selector="a"/></section>',
    );
    const findings = check({ 'ActionGroup/OldActionGroup.xml': old, 'Section/CartSection.xml': section });
    expect(codesOf(findings)).toEqual(['ACTION_GROUP_UNUSED', 'ELEMENT_UNUSED']);
  });

  it('asks no assertion of a skipped test, and accepts that of a parent', () => {
    const skipped = tests(`<test name="OldTest"><annotations><skip><issueId value="A-1"/></skip></annotations>
      <click selector="a" stepKey="c"/></test>`);
    const child = tests('<test name="ChildTest" extends="BuyTest"><click selector="a" stepKey="c"/></test>');
    expect(check({ 'Test/OldTest.xml': skipped, 'Test/ChildTest.xml': child })).toEqual([]);
  });

  it('does not take a check in a hook for an assertion', () => {
    const test = tests(
      '<test name="HookTest"><before><see userInput="a" stepKey="s"/></before><click selector="a" stepKey="c"/></test>',
    );
    expect(codesOf(check({ 'Test/HookTest.xml': test }))).toEqual(['NO_ASSERTION']);
  });

  it('follows calls that return to an action group, and chains of any length', () => {
    const call = (name: string) => `<actionGroup ref="${name}" stepKey="call${name}"/>`;
    const group = (name: string, ...calls: string[]) =>
      `<actionGroup name="${name}">${calls.map(call).join('')}</actionGroup>`;
    const see = '<actionGroup name="See"><see userInput="a" stepKey="s"/></actionGroup>';
    const chain = Array.from({ length: 6_000 }, (_, at) => group(`Step${at}`, `Step${at + 1}`)).join('');
    const all = `${group('One', 'Two', 'See')}${group('Two', 'One')}${see}${chain}${group('Step6000', 'See')}`;
    const calling = (name: string, ...calls: string[]) =>
      tests(`<test name="${name}">${calls.map(call).join('')}</test>`);
    const files = {
      'ActionGroup/ChainActionGroup.xml': groups(all),
      'Test/ATest.xml': calling('ATest', 'One'),
      'Test/BTest.xml': calling('BTest', 'Two'),
      'Test/CTest.xml': calling('CTest', 'Step0'),
    };
    expect(check(files)).toEqual([]);
  });

  it('takes linear time for long chains of parents, and for arguments that may be any of many sections', () => {
    const count = 4_200;
    const numbers = Array.from({ length: count }, (_, at) => at);
    const parents = numbers.map(
      (at) => `<actionGroup name="Child${at}" extends="Child${(at + 1) % count}"/>`,
    );
    const users = numbers.map(
      (at) => `<actionGroup name="User${at}"><arguments><argument name="of"/></arguments>
        <see selector="{{of.e${at}}}" userInput="a" stepKey="s"/></actionGroup>`,
    );
    const sections = numbers.map(
      (at) => `<section name="S${at}"><element name="e${at}" type="text" selector="a"/></section>`,
    );
    const calls = numbers.map(
      (
        at,
      ) => `<actionGroup ref="User${at}" stepKey="u${at}"><argument name="of" value="S${at}"/></actionGroup>
        <actionGroup ref="Child${at}" stepKey="c${at}"/>`,
    );
    const files = {
      'ActionGroup/ManyActionGroup.xml': groups([...parents, ...users].join('')),
      'Section/ManySection.xml': `<sections>${sections.join('')}</sections>`,
      'Test/ManyTest.xml': tests(`<test name="ManyTest">${calls.join('')}</test>`),
    };
    expect(check(files)).toEqual([]);
  });

  it('allows a step key in a test and in its hooks', () => {
    const test = tests(`<test name="KeyTest"><before><see userInput="a" stepKey="s"/></before>
      <after><see userInput="a" stepKey="s"/></after><see userInput="a" stepKey="s"/></test>`);
    expect(check({ 'Test/KeyTest.xml': test })).toEqual([]);
  });

  it('takes no unknown element for one of data, whatever its name is', () => {
    const step = '<constructor entity="Hat" stepKey="c"/></test>';
    expect(changed('Test/BuyTest.xml', '</test>', step)).toEqual([]);
  });

  it('accepts any elements and attributes', () => {
    const tag = fc.constantFrom(
      ...[
        'test',
        'before',
        'actionGroup',
        'argument',
        'arguments',
        'annotations',
        'skip',
        'entity',
        'data',
        'requiredEntity',
      ],
      ...['section', 'element', 'page', 'operation', 'suite', 'include', 'wait', 'click', 'remove'],
    );
    const attribute = fc.constantFrom(
      ...[
        'name',
        'ref',
        'extends',
        'selector',
        'stepKey',
        'value',
        'entity',
        'time',
        'url',
        'key',
        'deprecated',
        'defaultValue',
      ],
    );
    const value = fc.constantFrom(
      'A',
      'B',
      '{{A.b}}',
      "{{A.b('x')}}",
      '{{A.b(',
      '$a.b$',
      '',
      '[',
      '//a',
      '__proto__',
    );
    const attributes = fc.array(fc.tuple(attribute, value), { maxLength: 4 }).map((pairs) => new Map(pairs));
    const nodeOf = (depth: number): fc.Arbitrary<string> => {
      const inside = depth === 0 ? fc.constant([]) : fc.array(nodeOf(depth - 1), { maxLength: 3 });
      return fc.tuple(tag, attributes, inside, value).map(([name, list, nodes, text]) => {
        const written = [...list].map(([key, one]) => ` ${key}="${one}"`).join('');
        return `<${name}${written}>${text}${nodes.join('')}</${name}>`;
      });
    };
    const node = nodeOf(3);
    const places = [
      'Test/A.xml',
      'ActionGroup/AActionGroup.xml',
      'Section/ASection.xml',
      'Data/AData.xml',
      'Suite/A.xml',
    ];
    const roots = ['tests', 'actionGroups', 'sections', 'entities', 'suites'];
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(4), node), { maxLength: 4 }), (files) => {
        const changes = Object.fromEntries(
          files.map(([at, content]) => [places[at] ?? '', `<${roots[at]}>${content}</${roots[at]}>`]),
        );
        for (const { line, message } of check(changes)) {
          expect(line).toBeGreaterThan(0);
          expect(message).not.toBe('');
        }
      }),
    );
  });

  it('ends for definitions that extend or call each other in a circle', () => {
    const group =
      groups(`<actionGroup name="OpenActionGroup" extends="OpenActionGroup"><arguments><argument name="item"/></arguments>
      <amOnPage url="{{CartPage.url(item.name)}}" stepKey="go"/>
      <see selector="{{CartSection.title}}" userInput="a" stepKey="s"/>
      <actionGroup ref="OpenActionGroup" stepKey="again"><argument name="item" value="item"/></actionGroup></actionGroup>`);
    expect(check({ 'ActionGroup/OpenActionGroup.xml': group })).toEqual([]);
  });

  it('reports once what both selectors of a step have', () => {
    const findings = changed(
      'Test/BuyTest.xml',
      '</test>',
      `<conditionalClick selector="{{CartSection.gone}}" dependentSelector="{{CartSection.gone}}" visible="true" stepKey="a"/>
       <conditionalClick selector="{{CartSection.gone}}" dependentSelector="a[" visible="true" stepKey="b"/></test>`,
    );
    expect(findings.map(({ code, line }) => [code, line])).toEqual([
      ['ELEMENT_UNKNOWN', 5],
      ['ELEMENT_UNKNOWN', 6],
      ['SELECTOR_INVALID', 6],
    ]);
  });

  it('identifies a finding by what it is about, not by its line or its file', () => {
    const sleeping = (clean['Test/BuyTest.xml'] ?? '').replace(
      '</test>',
      '<wait time="5" stepKey="w"/></test>',
    );
    const [first] = check({ 'Test/BuyTest.xml': sleeping });
    const [moved] = check({ 'Test/BuyTest.xml': sleeping.replace('<before>', '\n\n<before>') });
    expect(moved?.line).toBe((first?.line ?? 0) + 2);
    expect(moved?.fingerprint).toBe(first?.fingerprint);
    const { 'Test/BuyTest.xml': _, ...others } = clean;
    expect(Object.keys(others)).toHaveLength(5);
    const [other] = check({ 'Test/BuyTest.xml': sleeping.replace('"w"', '"v"') });
    expect(other?.fingerprint).not.toBe(first?.fingerprint);
  });

  it('tells the same finding at two places of a definition apart', () => {
    const twice = (clean['Test/BuyTest.xml'] ?? '')
      .replaceAll('Hat.name', 'Cap.name')
      .replace('</test>', '<see userInput="{{Cap.name}}" stepKey="s"/></test>');
    const findings = check({ 'Test/BuyTest.xml': twice });
    expect(codesOf(findings)).toEqual(['REFERENCE_UNKNOWN', 'REFERENCE_UNKNOWN']);
    expect(new Set(findings.map(({ fingerprint }) => fingerprint)).size).toBe(2);
  });

  it('reports the files of a folder alone, and no other that begins like it', () => {
    const file = (path: string) =>
      readOutline(
        'test',
        path,
        Buffer.from(
          tests('<test name="A"><wait time="1" stepKey="w"/><see userInput="a" stepKey="s"/></test>'),
        ),
      );
    const files = [
      file('app/code/Acme/A/Test/Mftf/Test/A.xml'),
      file('app/code/Acme/AB/Test/Mftf/Test/A.xml'),
    ];
    const { findings, ...counts } = lintBelow(indexDefinitions(files), ['app/code/Acme/A']);
    expect(findings.map(({ path }) => path)).toEqual(['app/code/Acme/A/Test/Mftf/Test/A.xml']);
    expect(counts).toEqual({ files: 1, treeFiles: 2 });
  });
});
