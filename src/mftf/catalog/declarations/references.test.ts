import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { referencesToArguments } from '../../resolver/arguments.ts';
import { bareReference, type NamedReference, referencesIn, replaceReferences } from './references.ts';

interface WrittenReference {
  name: string;
  member: string;
  list: (string | { name: string; member: string })[] | null;
}

describe('referencesIn', () => {
  it.each<[string, NamedReference[]]>([
    ['{{Customer.email}}', [{ name: 'Customer', member: 'email' }]],
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

  it.each([
    '',
    '$step.field$',
    '{$variable}',
    '{{widget type="Magento\\Cms"}}',
    '{{',
    '{{}}',
    '}}',
    '{{A.b',
    '{{ A.b }}',
  ])('finds no reference in %s', (text) => {
    expect(referencesIn(text)).toEqual([]);
  });

  it('finds a reference behind one that is left open', () => {
    expect(referencesIn('{{widget {{A.b}}')).toEqual([{ name: 'A', member: 'b' }]);
  });

  const name = fc.stringMatching(/^[A-Za-z_]\w{0,12}$/);
  const literal = fc.string({ maxLength: 8 }).map((text) => `'${text.replaceAll(/['\\{}]/g, '')}'`);
  const reference = fc.record({ name, member: name });
  const argument = fc.oneof(literal, reference);
  const written = fc.record({ name, member: name, list: fc.option(fc.array(argument, { maxLength: 4 })) });

  const plain = fc.string({ maxLength: 10 }).map((text) => text.replaceAll(/[{}]/g, ''));
  const pieces = fc.array(fc.tuple(plain, written), { maxLength: 4 });
  const textOf = (list: [string, WrittenReference][]) =>
    list
      .map(([before, { name, member, list }]) => {
        const parameters = list?.map((each) =>
          typeof each === 'string' ? each : `${each.name}.${each.member}`,
        );
        return `${before}{{${name}.${member}${parameters ? `(${parameters.join(', ')})` : ''}}}`;
      })
      .join('');

  it('reads back whatever is written, with any text around', () => {
    fc.assert(
      fc.property(pieces, (pieces) => {
        const text = textOf(pieces);
        const expected = pieces.flatMap(([, { name, member, list }]): NamedReference[] => [
          { name, member, ...(list !== null && { argumentCount: list.length }) },
          ...(list ?? []).flatMap((each) => (typeof each === 'string' ? [] : [each])),
        ]);
        expect(referencesIn(text)).toEqual(expected);
      }),
    );
  });

  it('finds the references that arguments are put into, unless their parameters have braces', () => {
    fc.assert(
      fc.property(pieces, (pieces) => {
        const text = textOf(pieces).replaceAll(/[\n\r\u2028\u2029]/g, ' ');
        const sources: string[] = [];
        replaceReferences(text, ({ source }) => {
          sources.push(source);
          return '';
        });
        expect(referencesToArguments(text).map(([all]) => all)).toEqual(sources);
      }),
    );
    const nested = '{{S.e({{A.b}})}}';
    expect(referencesToArguments(nested).map(([all]) => all)).toEqual(['{{S.e({{A.b}}']);
    replaceReferences(nested, ({ source }) => {
      expect(source).toBe(nested);
      return '';
    });
  });

  it('replaces references, and leaves text that only looks like one', () => {
    const replace = (text: string) =>
      replaceReferences(text, ({ name }) => (name === 'No' ? undefined : `<${name}>`));
    expect(replace('a {{A.b}} {{No.c}} {{{D.e}}} {{widget a}} {{F')).toBe(
      'a <A> {{No.c}} {<D>} {{widget a}} {{F',
    );
    expect(replace('{{No.e({{A.b}})}}')).toBe('{{No.e(<A>)}}');
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
