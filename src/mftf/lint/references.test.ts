import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bareReference, referencesIn, type WrittenReference } from './references.ts';

describe('referencesIn', () => {
  it.each<[string, WrittenReference[]]>([
    ['{{Customer.email}}', [{ name: 'Customer', member: 'email' }]],
    ['{{ Page.url }}', [{ name: 'Page', member: 'url' }]],
    ['{{product}}', [{ name: 'product' }]],
    [
      'a {{A.b}} and {{C.d}}',
      [
        { name: 'A', member: 'b' },
        { name: 'C', member: 'd' },
      ],
    ],
    ['{{_ENV.MAGENTO_BASE_URL}}', [{ name: '_ENV', member: 'MAGENTO_BASE_URL' }]],
    ['{{_CREDS.acme/api.key}}', [{ name: '_CREDS', member: 'acme/api.key' }]],
    ['{{Customer.street[0]}}', [{ name: 'Customer', member: 'street[0]' }]],
    [
      '{{S.e(A.b))}}',
      [
        { name: 'S', member: 'e', argumentCount: 1 },
        { name: 'A', member: 'b' },
      ],
    ],
    ['{{S.e()}}', [{ name: 'S', member: 'e', argumentCount: 0 }]],
    ["{{S.e('a, b', 'c)}}')}}", [{ name: 'S', member: 'e', argumentCount: 2 }]],
    [
      "{{S.e(Product.sku, $step.id$, {$variable}, '1')}}",
      [
        { name: 'S', member: 'e', argumentCount: 4 },
        { name: 'Product', member: 'sku' },
      ],
    ],
    [
      '{{S.e({{Product.sku}})}}',
      [
        { name: 'S', member: 'e', argumentCount: 1 },
        { name: 'Product', member: 'sku' },
      ],
    ],
  ])('reads %s', (text, references) => {
    expect(referencesIn(text)).toEqual(references);
  });

  it.each(['', '$step.field$', '{$variable}', '{{widget type="Magento\\Cms"}}', '{{', '{{}}', '}}', '{{A.b'])(
    'finds no reference in %s',
    (text) => {
      expect(referencesIn(text)).toEqual([]);
    },
  );

  it('finds a reference behind one that is left open', () => {
    expect(referencesIn('{{widget {{A.b}}')).toEqual([{ name: 'A', member: 'b' }]);
  });

  const name = fc.stringMatching(/^[A-Za-z_]\w{0,12}$/);
  const literal = fc.string({ maxLength: 8 }).map((text) => `'${text.replaceAll(/['\\]/g, '')}'`);
  const reference = fc.record({ name, member: name });
  const argument = fc.oneof(literal, reference);
  const written = fc.record({ name, member: name, list: fc.option(fc.array(argument, { maxLength: 4 })) });

  it('reads back whatever is written, with any text around', () => {
    const plain = fc.string({ maxLength: 10 }).map((text) => text.replaceAll(/[{}]/g, ''));
    fc.assert(
      fc.property(fc.array(fc.tuple(plain, written), { maxLength: 4 }), (pieces) => {
        const textOf = (each: string | { name: string; member: string }) =>
          typeof each === 'string' ? each : `${each.name}.${each.member}`;
        const text = pieces
          .map(([before, { name, member, list }]) => {
            return `${before}{{${name}.${member}${list === null ? '' : `(${list.map(textOf).join(', ')})`}}}`;
          })
          .join('');
        const expected = pieces.flatMap(([, { name, member, list }]): WrittenReference[] => [
          { name, member, ...(list !== null && { argumentCount: list.length }) },
          ...(list ?? []).flatMap((each) => (typeof each === 'string' ? [] : [each])),
        ]);
        expect(referencesIn(text)).toEqual(expected);
      }),
    );
  });

  it('accepts any text', () => {
    const piece = fc.constantFrom('{{', '}}', '(', ')', "'", '\\', ',', '.', 'A', '{', '$', ' ', '\n');
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
        for (const { name } of referencesIn(pieces.join(''))) expect(name).toMatch(/^A+$/);
      }),
    );
  });

  it('reads a limited part of a text of open references', () => {
    expect(referencesIn('{{a.b('.repeat(100_000)).length).toBeLessThanOrEqual(1_000);
    expect(referencesIn('{{a.b}}'.repeat(5_000))).toHaveLength(1_000);
  });
});

describe('bareReference', () => {
  it('reads a name with or without a field, and nothing else', () => {
    expect(bareReference('Customer')).toEqual({ name: 'Customer' });
    expect(bareReference('Customer.email')).toEqual({ name: 'Customer', member: 'email' });
    for (const text of ['', '5', 'two words', '$step$', "'text'", '{{A.b}}']) {
      expect(bareReference(text)).toBeUndefined();
    }
  });
});
