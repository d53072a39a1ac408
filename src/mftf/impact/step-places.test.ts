import { expect, it } from 'vitest';
import { readCatalog } from '../catalog/catalog.ts';
import { createResolver } from '../resolver/resolver.ts';
import { placesOfStep } from './step-places.ts';

const pack = (module: string, kind: string, text: string): [string, Buffer] => [
  `app/code/Acme/${module}/Test/Mftf/${kind}/${kind === 'Metadata' ? 'CustomerMeta' : kind}.xml`,
  Buffer.from(text),
];
const test = (steps: string) => `<tests><test name="T">${steps}</test></tests>`;
const section = (selector: string) =>
  `<sections><section name="Cart"><element name="pay" type="button" selector="${selector}"/></section></sections>`;

/** Two modules, of which the second changes what the first declares. */
const contents = new Map([
  pack(
    'A',
    'Test',
    test(
      '<actionGroup ref="Pay" stepKey="pay"/><createData entity="Guest" stepKey="guest"/><see userInput="{{Guest.name}}" stepKey="see"/>',
    ),
  ),
  pack(
    'B',
    'Test',
    test('\n<actionGroup ref="Pay" stepKey="pay"><argument name="a" value="x"/></actionGroup>'),
  ),
  pack(
    'A',
    'ActionGroup',
    `<actionGroups><actionGroup name="Pay"><arguments><argument name="a" type="string" defaultValue="1"/>
<argument name="b" type="string" defaultValue="2"/>
<argument name="c" type="string" defaultValue="3"/></arguments>
<click selector="{{Cart.pay}}" stepKey="click"/></actionGroup></actionGroups>`,
  ),
  pack(
    'B',
    'ActionGroup',
    '<actionGroups>\n<actionGroup name="Pay">\n<click selector="{{Cart.pay}} {{a}} {{b}}" stepKey="click"/></actionGroup></actionGroups>',
  ),
  pack('A', 'Section', section('#pay')),
  pack('B', 'Section', section('#buy')),
  pack(
    'A',
    'Data',
    `<entities><entity name="Base" type="customer"><data key="name">a</data></entity>
<entity name="Guest" type="customer" extends="Base"/></entities>`,
  ),
  pack(
    'B',
    'Data',
    '<entities>\n\n<entity name="Base" type="customer">\n<data key="name">b</data></entity></entities>',
  ),
  pack(
    'A',
    'Metadata',
    `<operations><operation name="CreateGuest" dataType="customer" type="create" url="/a"/>
<operation name="DeleteGuest" dataType="customer" type="delete" url="/a"/></operations>`,
  ),
]);

async function placesOf(stepKey: string): Promise<string[]> {
  const files = Array.from(contents, ([path, content]) => ({ path, content }));
  const side = {
    catalog: await readCatalog([{ root: '', files }]),
    read: (path: string) => contents.get(path) ?? Buffer.alloc(0),
  };
  const resolver = createResolver(side.catalog, side.read);
  const resolution = resolver.test('T');
  const step =
    'resolved' in resolution ? resolution.resolved.steps.find((each) => each.stepKey === stepKey) : undefined;
  if (step === undefined) throw new Error(`There is no step ${stepKey}.`);
  return placesOfStep(side, resolver, step).map(({ kind, name, origin: { file, line } }) => {
    const [, module, folder] = /Acme\/(.)\/Test\/Mftf\/(\w+)/.exec(file) ?? [];
    return `${kind} ${name} ${module} ${folder} ${line}`;
  });
}

it.each([
  [
    'clickPay',
    [
      'step clickPay A ActionGroup 4',
      'step clickPay B ActionGroup 3',
      'step clickPay A ActionGroup 2',
      'call Pay A Test 1',
      'call Pay B Test 2',
      'element Cart.pay A Section 1',
      'element Cart.pay B Section 1',
    ],
  ],
  ['see', ['step see A Test 1', 'data Guest.name A Data 1', 'data Guest.name B Data 4']],
  [
    'guest',
    [
      'step guest A Test 1',
      'data Guest A Data 2',
      'data Guest A Data 1',
      'data Guest B Data 3',
      'metadata customer A Metadata 1',
      'metadata customer A Metadata 2',
    ],
  ],
])('all files that declare a step or what it resolves to are places of %s', async (stepKey, places) => {
  expect(await placesOf(stepKey)).toEqual(places);
});
