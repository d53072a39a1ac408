import { posix } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readCatalog } from '../catalog/catalog.ts';
import { changedTests, type Side } from './changed-tests.ts';

const root = 'app/code/Acme/A/Test/Mftf';
const base: Record<string, string> = {
  'Test/One.xml': `<tests><test name="One"><annotations><title value="a"/></annotations>
    <before><createData entity="Customer" stepKey="createCustomer"/></before>
    <actionGroup ref="Open" stepKey="open"><argument name="page" value="{{Cart.total( Coupon.code)}}"/></actionGroup>
    <click selector="{{Cart.button}}" stepKey="pay"/></test></tests>`,
  'Test/Two.xml': `<tests><test name="Two"><annotations><group value="smoke"/></annotations>
    <amOnPage url="{{CartPage.url}}" stepKey="go"/></test></tests>`,
  'Test/Child.xml':
    '<tests><test name="Child" extends="Two"><click selector="x" stepKey="more"/></test></tests>',
  'ActionGroup/OpenActionGroup.xml': `<actionGroups><actionGroup name="Open"><arguments><argument name="page" type="string"/></arguments>
    <see userInput="{{page}}" stepKey="see"/></actionGroup></actionGroups>`,
  'Section/CartSection.xml': `<sections><section name="Cart"><element name="button" type="button" selector="#pay"/>
    <element name="total" type="text" selector="#total-{{x}}" parameterized="true"/><element name="other" type="text" selector="#o"/></section></sections>`,
  'Page/CartPage.xml': '<pages><page name="CartPage" url="cart" area="storefront" module="Acme_A"/></pages>',
  'Data/CartData.xml': `<entities><entity name="Coupon" type="coupon"><data key="code">SAVE</data><data key="unused">1</data></entity>
    <entity name="Customer" type="customer"><data key="email">a@b.c</data><requiredEntity type="address">Address</requiredEntity></entity>
    <entity name="Address" type="address"><data key="city">Austin</data></entity></entities>`,
  'Metadata/CustomerMeta.xml': `<operations><operation name="CreateCustomer" dataType="customer" type="create" url="/V1/customers"><field key="email">string</field></operation></operations>`,
  'Suite/Smoke.xml': `<suites><suite name="Smoke"><include><group name="smoke"/></include>
    <before><magentoCLI command="cache:flush" stepKey="flush"/></before><after><comment userInput="done" stepKey="done"/></after></suite></suites>`,
};

async function side(files: Record<string, string>): Promise<Side> {
  const contents = new Map(
    Object.entries(files).map(([path, text]) => [posix.join(root, path), Buffer.from(text)]),
  );
  const catalog = await readCatalog([
    { root: '', files: [...contents].map(([path, content]) => ({ path, content })) },
  ]);
  return { catalog, read: (path) => contents.get(path) ?? Buffer.alloc(0) };
}

/** What differs when a file is changed: `Test in suite: reason (file:line)`. */
async function changes(change: (files: Record<string, string>) => void): Promise<string[]> {
  const files = { ...base };
  change(files);
  const { changed, lost } = changedTests(await side(base), await side(files));
  return [
    ...changed.map(({ test, suites, reasons }) => {
      const texts = reasons.map(
        ({ text, origin }) => `${text} (${origin?.file.replace(`${root}/`, '')}:${origin?.line})`,
      );
      return `${test} in ${suites.join()}: ${texts.join('; ')}`;
    }),
    ...lost.map(({ test, reason }) => `lost ${test}: ${reason}`),
  ];
}

const replace = (path: string, from: string, to: string) => (files: Record<string, string>) => {
  expect(files[path]).toContain(from);
  files[path] = (files[path] ?? '').replace(from, to);
};

describe('the tests that changed', () => {
  it.each([
    ['nothing', () => {}, []],
    ['only lines', replace('Test/One.xml', '<tests>', '<tests>\n\n'), []],
    ['what no test uses', replace('Section/CartSection.xml', '#o', '#p'), []],
    ['a field that no test uses', replace('Data/CartData.xml', '>1<', '>2<'), []],
    [
      'a step of an action group',
      replace('ActionGroup/OpenActionGroup.xml', '<see ', '<dontSee '),
      ['One in : step seeOpen of the action group Open changed (ActionGroup/OpenActionGroup.xml:2)'],
    ],
    [
      'an element',
      replace('Section/CartSection.xml', '#pay', '#buy'),
      ['One in : element Cart.button changed (Section/CartSection.xml:1)'],
    ],
    [
      'an element, a step and a call of another module that are merged into',
      (files: Record<string, string>) => {
        const other = '../../../B/Test/Mftf';
        files[`${other}/Section/CartSection.xml`] =
          '<sections>\n<section name="Cart">\n<element name="button" type="button" selector="#buy"/></section></sections>';
        files[`${other}/Test/One.xml`] = `<tests><test name="One">
          <actionGroup ref="Open" stepKey="open"><argument name="page" value="x"/></actionGroup></test></tests>`;
        files[`${other}/Test/Two.xml`] =
          '<tests>\n<test name="Two">\n<amOnPage url="/" stepKey="go"/></test></tests>';
      },
      [
        'Child in : step go changed (app/code/Acme/B/Test/Mftf/Test/Two.xml:3)',
        'One in : step seeOpen of the action group Open changed (app/code/Acme/B/Test/Mftf/Test/One.xml:2); element Cart.button changed (app/code/Acme/B/Test/Mftf/Section/CartSection.xml:3); the files that declare it changed their names (Test/One.xml:1)',
        'Two in Smoke: step go changed (app/code/Acme/B/Test/Mftf/Test/Two.xml:3); the files that declare it changed their names (Test/Two.xml:1)',
      ],
    ],
    [
      'data that is an argument of an element, with a blank before it',
      replace('Data/CartData.xml', 'SAVE', 'SPEND'),
      ['One in : data Coupon.code changed (Data/CartData.xml:1)'],
    ],
    [
      'data that created data requires',
      replace('Data/CartData.xml', 'Austin', 'Dallas'),
      ['One in : data Address changed (Data/CartData.xml:3)'],
    ],
    [
      'metadata',
      replace('Metadata/CustomerMeta.xml', '/V1/customers', '/V2/customers'),
      ['One in : metadata customer changed (Metadata/CustomerMeta.xml:1)'],
    ],
    [
      'a page of a parent',
      replace('Page/CartPage.xml', '"cart"', '"basket"'),
      [
        'Child in : page CartPage changed (Page/CartPage.xml:1)',
        'Two in Smoke: page CartPage changed (Page/CartPage.xml:1)',
      ],
    ],
    [
      'the before of a suite',
      replace('Suite/Smoke.xml', 'cache:flush', 'cache:clean'),
      ['Two in Smoke: suite Smoke: step flush changed (Suite/Smoke.xml:2)'],
    ],
    [
      'the members of a suite',
      replace('Suite/Smoke.xml', '<group name="smoke"/>', '<group name="smoke"/><test name="One"/>'),
      ['One in Smoke: it is in the suite Smoke now (Test/One.xml:1)'],
    ],
    [
      'a title',
      replace('Test/One.xml', 'title value="a"', 'title value="b"'),
      ['One in : annotations changed (Test/One.xml:1)'],
    ],
    [
      'a test that is refused',
      replace('Test/One.xml', 'ref="Open"', 'ref="Gone"'),
      ['One in : is refused: The action group Gone does not exist (Test/One.xml:3)'],
    ],
    [
      'names of files and tests',
      (files: Record<string, string>) => {
        files['Test/New.xml'] = '<tests><test name="New"><click selector="x" stepKey="x"/></test></tests>';
        delete files['Test/Child.xml'];
      },
      ['New in : new (Test/New.xml:1)', 'lost Child: it was removed'],
    ],
    [
      'a parent that is gone',
      (files: Record<string, string>) => {
        delete files['Test/Two.xml'];
      },
      [
        // A suite whose groups have no test has all tests.
        'One in Smoke: it is in the suite Smoke now (Test/One.xml:1)',
        'lost Child: it is not generated: it extends Two, which does not exist',
        'lost Two: it was removed',
      ],
    ],
  ])('are found for %s', async (_, change, expected) => {
    expect(await changes(change)).toEqual(expected);
  });

  it('have a skipped one only when MFTF refuses it for its steps', async () => {
    const skipped = `<tests><test name="Skipped"><annotations><skip><issueId value="X-1"/></skip></annotations>
      <click selector="{{Cart.other}}" stepKey="a"/></test></tests>`;
    const before = { ...base, 'Test/Skipped.xml': skipped };
    const section = base['Section/CartSection.xml'] ?? '';
    const changed = async (edited: string) =>
      changedTests(await side(before), await side({ ...before, 'Section/CartSection.xml': edited })).changed;
    expect(await changed(section.replace('#o', '#p'))).toEqual([]);
    expect(await changed(section.replace('"other"', '"another"'))).toMatchObject([{ test: 'Skipped' }]);
  });
});
