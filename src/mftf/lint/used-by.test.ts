import { describe, expect, it } from 'vitest';
import { catalogPath } from '../catalog/tree/paths.ts';
import { indexDefinitions } from './index-definitions.ts';
import type { DefinitionKind } from './outline.ts';
import { readOutline } from './read-outline.ts';
import { completeUsable, usedBy } from './used-by.ts';

const root = 'app/code/Acme/Shop/Test/Mftf';
const files: Record<string, string> = {
  'Test/BuyTest.xml': `<tests><test name="BuyTest">
    <createData entity="Hat" stepKey="c"/>
    <actionGroup ref="OuterActionGroup" stepKey="o"/>
  </test></tests>`,
  'Test/ChildTest.xml': '<tests><test name="ChildTest" extends="BuyTest"/></tests>',
  'Test/OtherTest.xml': `<tests><test name="OtherTest">
    <actionGroup ref="BoxActionGroup" stepKey="b"><argument name="box" value="CartSection"/></actionGroup>
    <fillField selector="#a" userInput="{{_ENV.BASE}} {{_CREDS.acme/key}}" stepKey="f"/>
  </test></tests>`,
  'ActionGroup/OuterActionGroup.xml': `<actionGroups><actionGroup name="OuterActionGroup">
    <actionGroup ref="InnerActionGroup" stepKey="i"/></actionGroup></actionGroups>`,
  'ActionGroup/InnerActionGroup.xml': `<actionGroups><actionGroup name="InnerActionGroup">
    <see selector="{{CartSection.title}}" userInput="{{Hat.name}}" stepKey="s"/></actionGroup></actionGroups>`,
  'ActionGroup/BoxActionGroup.xml': `<actionGroups><actionGroup name="BoxActionGroup">
    <arguments><argument name="box"/></arguments>
    <click selector="{{box.title}}" stepKey="c"/></actionGroup></actionGroups>`,
  'Section/CartSection.xml': `<sections><section name="CartSection">
    <element name="title" type="text" selector="#t"/>
  </section></sections>`,
  'Data/HatData.xml':
    '<entities><entity name="Hat" type="item"><data key="name">hat</data></entity></entities>',
};
const index = indexDefinitions(
  Object.entries(files).map(([path, content]) => {
    const full = `${root}/${path}`;
    return readOutline(catalogPath(full)?.kind as DefinitionKind, full, Buffer.from(content));
  }),
);
const placesOf = (query: string) =>
  usedBy(index, query)?.uses.map(({ path, line, possible }) => {
    return `${path.slice(root.length + 1)}:${line}${possible ? '?' : ''}`;
  });

describe('usedBy', () => {
  it('finds the calls of an action group, and all tests that reach them', () => {
    expect(usedBy(index, 'InnerActionGroup')).toEqual({
      definitions: [
        {
          kind: 'actionGroup',
          name: 'InnerActionGroup',
          path: `${root}/ActionGroup/InnerActionGroup.xml`,
          line: 1,
        },
      ],
      uses: [
        {
          ...{
            kind: 'actionGroup',
            name: 'OuterActionGroup',
            path: `${root}/ActionGroup/OuterActionGroup.xml`,
          },
          ...{ line: 2, possible: false },
        },
      ],
      more: 0,
      tests: ['BuyTest', 'ChildTest'],
    });
  });

  it('finds the uses of an element, and those that an argument may make', () => {
    expect(placesOf('CartSection.title')).toEqual([
      'ActionGroup/InnerActionGroup.xml:2',
      'ActionGroup/BoxActionGroup.xml:3?',
    ]);
    const { definitions, tests } = usedBy(index, 'CartSection.title') ?? {};
    expect(definitions?.map(({ line }) => line)).toEqual([2]);
    expect(tests).toEqual(['BuyTest', 'ChildTest', 'OtherTest']);
  });

  it('finds data and its fields, in any case', () => {
    expect(placesOf('Hat')).toEqual(['Test/BuyTest.xml:2', 'ActionGroup/InnerActionGroup.xml:2']);
    expect(placesOf('Hat.Name')).toEqual(['ActionGroup/InnerActionGroup.xml:2']);
  });

  it('finds variables, credentials and parents', () => {
    expect(placesOf('_ENV.BASE')).toEqual(['Test/OtherTest.xml:3']);
    expect(placesOf('_CREDS.acme/key')).toEqual(['Test/OtherTest.xml:3']);
    expect(placesOf('BuyTest')).toEqual(['Test/ChildTest.xml:1']);
  });

  it('does not know a name that nothing has or uses', () => {
    expect(usedBy(index, 'Nothing')).toBeUndefined();
    expect(usedBy(index, 'CartSection.none')).toBeUndefined();
    expect(usedBy(index, '_ENV.NONE')).toBeUndefined();
  });
});

describe('completeUsable', () => {
  const complete = (text: string, limit = 10) =>
    completeUsable(index, { text, limit }).map(({ name }) => name);

  it('finds names that begin with a text before those that contain it, in any case', () => {
    expect(complete('box')).toEqual(['BoxActionGroup']);
    expect(complete('test')).toEqual(['BuyTest', 'ChildTest', 'OtherTest']);
    expect(complete('i')[0]).toBe('InnerActionGroup');
  });

  it('completes elements, fields, variables and credentials, up to a limit', () => {
    expect(complete('CartSection.')).toEqual(['CartSection.title']);
    expect(complete('hat.')).toEqual(['Hat.name']);
    expect(complete('_')).toEqual(['_CREDS.acme/key', '_ENV.BASE']);
    expect(complete('', 3)).toHaveLength(3);
  });
});
