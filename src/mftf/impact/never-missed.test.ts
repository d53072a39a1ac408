import fc from 'fast-check';
import { expect, it } from 'vitest';
import { writtenCests } from '../../../test/support/written-cests.ts';
import { readCatalog } from '../catalog/catalog.ts';
import { changedTests, type Side } from './changed-tests.ts';

const a = 'app/code/Acme/A/Test/Mftf';
const b = 'app/code/Acme/B/Test/Mftf';
const helper = (body: string) =>
  `<?php\nnamespace Acme\\A\\Test\\Mftf\\Helper;\nclass Cart extends Helper {\n  public function fill(${body}) {}\n}\n`;

/** Two modules with each kind of reference; the second one is merged into the first. */
const base: Record<string, string> = {
  [`${a}/Test/One.xml`]: `<tests><test name="One"><annotations><title value="One"/><group value="smoke"/><severity value="MAJOR"/></annotations>
    <before><createData entity="Customer" stepKey="createCustomer"><field key="email">{{Coupon.code}}</field></createData></before>
    <after><deleteData createDataKey="createCustomer" stepKey="deleteCustomer"/></after>
    <actionGroup ref="Open" stepKey="open"><argument name="page" value="{{CartPage.url}}"/><argument name="data" value="Coupon"/></actionGroup>
    <click selector="{{Cart.row(Coupon.code, '1')}}" stepKey="pay"/><see userInput="$createCustomer.email$" stepKey="see"/></test></tests>`,
  [`${a}/Test/Two.xml`]: `<tests><test name="Two" extends="One"><annotations><title value="Two"/></annotations>
    <remove keyForRemoval="see"/><fillField selector="{{Cart.field}}" userInput="{{Address.street[0]}}" stepKey="fill" after="open"/>
    <helper class="\\Acme\\A\\Test\\Mftf\\Helper\\Cart" method="fill" stepKey="help"><argument name="value">{{Coupon.note}}</argument></helper></test></tests>`,
  [`${a}/Test/Three.xml`]: `<tests><test name="Three"><annotations><title value="Three"/><group value="slow"/></annotations>
    <amOnPage url="{{AdminPage.url}}" stepKey="go"/><assertEquals stepKey="equals"><expectedResult type="string">{{Coupon.list}}</expectedResult><actualResult type="variable">see</actualResult></assertEquals>
    <magentoCLI command="config:set {{_ENV.PATH_X}}" stepKey="cli"/></test></tests>`,
  [`${b}/Test/OneMore.xml`]: `<tests><test name="One"><click selector="{{Cart.button}}" stepKey="more" before="pay"/></test></tests>`,
  [`${a}/ActionGroup/OpenActionGroup.xml`]: `<actionGroups><actionGroup name="Open"><arguments><argument name="page" type="string"/><argument name="data" type="entity" defaultValue="Coupon"/></arguments>
    <amOnPage url="{{page}}" stepKey="go"/><fillField selector="{{Cart.field}}" userInput="{{data.code}}" stepKey="fill"/></actionGroup></actionGroups>`,
  [`${b}/ActionGroup/OpenActionGroup.xml`]: `<actionGroups><actionGroup name="Open"><see userInput="{{data.note}}" stepKey="note"/></actionGroup></actionGroups>`,
  [`${a}/Section/CartSection.xml`]: `<sections><section name="Cart"><element name="button" type="button" selector="#pay" timeout="30"/>
    <element name="row" type="text" selector="#{{code}} .{{n}}" parameterized="true"/><element name="field" type="input" selector="input"/></section></sections>`,
  [`${b}/Section/CartSection.xml`]: `<sections><section name="Cart"><element name="field" type="input" selector="input.b"/></section></sections>`,
  [`${a}/Page/CartPage.xml`]:
    '<pages><page name="CartPage" url="cart/{{Coupon.code}}" area="storefront" module="A"/></pages>',
  [`${a}/Page/AdminPage.xml`]: '<pages><page name="AdminPage" url="orders" area="admin" module="A"/></pages>',
  [`${a}/Data/CartData.xml`]: `<entities><entity name="Coupon" type="coupon"><data key="code" unique="suffix">SAVE</data><data key="note">{{Address.city}}</data><array key="list"><item>x</item><item>y</item></array></entity>
    <entity name="Customer" type="customer"><data key="email">e</data><requiredEntity type="address">Address</requiredEntity></entity>
    <entity name="Address" type="address"><data key="city">Austin</data><array key="street"><item>Main</item></array></entity></entities>`,
  [`${b}/Data/CartData.xml`]: `<entities><entity name="Address" extends="Coupon"><data key="city">Dallas</data></entity></entities>`,
  [`${a}/Suite/SmokeSuite.xml`]: `<suites><suite name="Smoke"><include><group name="smoke"/></include><before><comment userInput="{{Coupon.code}}" stepKey="c"/></before><after><comment userInput="d" stepKey="d"/></after></suite></suites>`,
  [`${a}/Helper/Cart.php`]: helper('string $value, int $times = 1'),
};

async function side(files: Readonly<Record<string, string>>): Promise<Side> {
  const list = Object.entries(files).map(([path, text]) => ({ path, content: Buffer.from(text) }));
  const contents = new Map(list.map(({ path, content }) => [path, content]));
  const catalog = await readCatalog([{ root: '', files: list }]);
  return { catalog, read: (path) => contents.get(path) ?? Buffer.alloc(0) };
}

const paths = Object.keys(base);
const attribute = /="([^"]*)"/g;
const text = />([^<>]+)</g;
/** Everything that stands in quotes or between elements, as new values: references lead to other things, or nowhere. */
const values = [
  ...new Set(
    Object.values(base).flatMap((file) =>
      [...file.matchAll(attribute), ...file.matchAll(text)].map(([, value = '']) => value),
    ),
  ),
];

const edit = fc.record({
  path: fc.constantFrom(...paths),
  kind: fc.constantFrom(
    'attribute',
    'attribute',
    'attribute',
    'text',
    'element',
    'file',
    'lines',
    'copy',
    'helper',
  ),
  place: fc.nat(1_000),
  value: fc.constantFrom(...values, 'fresh', 'Cart.button', '{{Coupon.list}}'),
  other: fc.constantFrom(...paths),
});

function apply(
  files: Record<string, string>,
  { path, kind, place, value, other }: typeof edit extends fc.Arbitrary<infer T> ? T : never,
) {
  const file = files[path];
  if (file === undefined) return;
  const replaceOne = (pattern: RegExp, replacement: (match: RegExpMatchArray) => string) => {
    const matches = [...file.matchAll(pattern)];
    const match = matches[place % Math.max(1, matches.length)];
    if (match === undefined) return;
    files[path] = file.slice(0, match.index) + replacement(match) + file.slice(match.index + match[0].length);
  };
  if (kind === 'attribute') replaceOne(attribute, () => `="${value}"`);
  if (kind === 'text') replaceOne(text, () => `>${value}<`);
  if (kind === 'element') replaceOne(/<\w+ [^<>]*\/>/g, () => '');
  if (kind === 'file') delete files[path];
  if (kind === 'lines') files[path] = file.replace('><', '>\n\n<');
  if (kind === 'copy') files[path.replace(/(\w+\.\w+)$/, `Other$1`)] = files[other] ?? file;
  if (kind === 'helper')
    files[`${a}/Helper/Cart.php`] = helper(place % 2 ? 'string $value' : 'array $value, $more = 2');
}

it('are all those whose Cest differs, whatever was edited', async () => {
  const original = await side(base);
  const before = writtenCests(original);
  await fc.assert(
    fc.asyncProperty(fc.array(edit, { minLength: 1, maxLength: 4 }), async (edits) => {
      const files = { ...base };
      for (const one of edits) apply(files, one);
      const edited = await side(files);
      const { changed } = changedTests(original, edited);
      const places = new Set(
        changed.flatMap((one) => one.suites.map((suite) => `${suite ?? ''}:${one.test}`)),
      );
      const after = writtenCests(edited);
      const missed = [...after].filter(([place, cest]) => before.get(place) !== cest && !places.has(place));
      expect(missed.map(([place]) => place)).toEqual([]);
    }),
    { numRuns: 60 },
  );
});
