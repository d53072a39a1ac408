import { describe, expect, it } from 'vitest';
import { readCatalog } from '../catalog/catalog.ts';
import { createResolver } from '../resolver/resolver.ts';
import type { ValuePart } from './step-fields.ts';
import { stepsOfTest } from './test-steps.ts';

const root = 'app/code/Acme/Shop/Test/Mftf';
const files: Record<string, string> = {
  'Test/T.xml': `<tests><test name="T">
    <before><createData entity="Hat" stepKey="hat"/></before>
    <amOnPage url="{{CartPage.url}}" stepKey="open"/>
    <actionGroup ref="Fill" stepKey="fill"><argument name="who" value="Customer"/></actionGroup>
    <click selector="{{CartSection.row($hat.sku$, 'x')}}" stepKey="clickRow"/>
    <see userInput="{$total} {{_CREDS.acme/key}} {{Hat.sku}} {{Nowhere.field}}" stepKey="see"/>
    <assertEquals stepKey="same"><expectedResult type="string">{{Customer.email}}</expectedResult></assertEquals>
    <!-- a comment -->
  </test></tests>`,
  'Test/Twice.xml': `<tests><test name="Twice">
    <see userInput="a" stepKey="see"/>
    <see userInput="b" stepKey="see"/>
  </test></tests>`,
  'ActionGroup/FillActionGroup.xml': `<actionGroups><actionGroup name="Fill"><arguments><argument name="who"/></arguments>
    <fillField selector="{{CartSection.mail}}" userInput="{{who.email}}" stepKey="mail"/>
  </actionGroup></actionGroups>`,
  'Section/CartSection.xml': `<sections><section name="CartSection">
    <element name="mail" type="input" selector="#mail"/>
    <element name="row" type="text" selector="#row-{{id}} .{{class}}" parameterized="true"/>
  </section></sections>`,
  'Page/CartPage.xml': `<pages><page name="CartPage" url="cart" area="admin" module="Acme_Shop">
    <section name="CartSection"/></page></pages>`,
  'Data/ShopData.xml': `<entities>
    <entity name="Hat" type="product"><data key="sku" unique="suffix">hat-</data></entity>
    <entity name="Customer" type="customer"><data key="email">{{_ENV.MAIL}}@example.com</data></entity>
  </entities>`,
};

async function show(test = 'T') {
  const contents = new Map(
    Object.entries(files).map(([path, content]) => [`${root}/${path}`, Buffer.from(content)]),
  );
  const catalog = await readCatalog([
    { root: '', files: [...contents].map(([path, content]) => ({ path, content })) },
  ]);
  return stepsOfTest(
    createResolver(catalog, (path) => contents.get(path) ?? Buffer.alloc(0)),
    test,
  );
}

const shown = (parts: readonly ValuePart[]) =>
  parts.map((part) => (typeof part === 'string' ? part : `<${part.kind} ${part.name}>`)).join('');

describe('the steps of a test', () => {
  it('have their values with references resolved, and names for what exists only while it runs', async () => {
    const { before, steps } = await show();
    const values = [...before, ...steps].map(({ stepKey, fields }) => [
      stepKey,
      ...fields.map(({ name, parts }) => `${name}=${shown(parts)}`),
    ]);
    expect(values).toEqual([
      ['hat', 'entity=Hat'],
      ['open', 'url=<env MAGENTO_BACKEND_BASE_URL>/<env MAGENTO_BACKEND_NAME>/cart'],
      ['mailFill', 'selector=#mail', 'userInput=<env MAIL>@example.com'],
      ['clickRow', 'selector=#row-<created hat.sku> .x'],
      ['see', 'userInput=<variable total> {{_CREDS.acme/key}} {{Hat.sku}} {{Nowhere.field}}'],
      ['same', 'expectedResult=type="string" <env MAIL>@example.com'],
      [null],
    ]);
  });

  it('say where their values are defined', async () => {
    const { before, steps } = await show();
    const references = [...before, ...steps].flatMap(({ fields }) =>
      fields.flatMap((field) => field.references),
    );
    expect(
      references.map(({ name, origin }) => `${name} ${origin.file.slice(root.length + 1)}:${origin.line}`),
    ).toEqual([
      'Hat Data/ShopData.xml:2',
      'CartPage.url Page/CartPage.xml:1',
      'CartSection.mail Section/CartSection.xml:2',
      'Customer.email Data/ShopData.xml:3',
      'CartSection.row Section/CartSection.xml:3',
      'Hat.sku Data/ShopData.xml:2',
      'Customer.email Data/ShopData.xml:3',
    ]);
  });

  it('are refused with file and line when a step key is there twice', async () => {
    await expect(show('Twice')).rejects.toMatchObject({
      code: 'MODULE_INVALID',
      message: expect.stringContaining(`${root}/Test/Twice.xml:3: The step key see of the test Twice`),
    });
    await expect(show('Missing')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});
