// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references of env files look like placeholders.
import fc from 'fast-check';

/** Texts that env files consist of, more or less: names, quotes, references, defaults, commands, comments, blanks, mistakes. */
const pieces = [
  ...[
    'a',
    'B1',
    'shop.test',
    '/path',
    '://',
    '-',
    '1',
    'n',
    'r',
    't',
    'é',
    '尺',
    '\u00A0',
    '\u2028',
    '\u0085',
    '😀',
  ],
  ...['\\', '\\\\', '\\"', "\\'", '\\n', '\\r', '\\t', '\\$', '\\\\$A'],
  ...['$', '$$', '$A', '$B', '$HTTP_X', '${A}', '${NONE}', '${A', '${', '{', '}', '$}', '${}', '$A}', '$a'],
  ...[':-', ':=', '${A:-b}', '${NONE:-b c}', '${NONE:=b}', '${A:=b}', '$NONE:-b', '${NONE:-"b"}', '${E:=$A}'],
  ...['$(', '(', ')', '()', '$()', '$(a)', '$(a (b) "c d")', '\\$(a)', '$(a'],
  ...['#', ' #', ' # c', '\t#', ' ', '\t', '\v', '\f', '=', '==', "'", '"'],
];
const piece = fc.constantFrom(...pieces);
const text = (maxLength: number) => fc.array(piece, { maxLength }).map((parts) => parts.join(''));

const doubleQuoted = text(5).map((inner) => `"${inner.replaceAll(/(?<!\\)"/g, '\\"')}"`);
const singleQuoted = text(4).map((inner) => `'${inner.replaceAll("'", '')}'`);
const severalLines = fc.constantFrom('"a\n b"', "'a\n#b\n'", '"a\r\nb\rc"');
const plain = text(4).map((inner) => inner.replaceAll(/['"\s]/g, ''));
const words = fc.constantFrom(
  'a b',
  'a\tb',
  'a $A b',
  'a \\\\ b',
  'a $(c d) e',
  'a\u00A0b',
  'a\fb',
  'a \\" b',
);
const part = fc.oneof(
  { weight: 4, arbitrary: plain },
  { weight: 4, arbitrary: doubleQuoted },
  { weight: 2, arbitrary: singleQuoted },
  { weight: 1, arbitrary: severalLines },
  { weight: 1, arbitrary: words },
  { weight: 2, arbitrary: text(3) },
);

const name = fc.oneof(
  { weight: 12, arbitrary: fc.constantFrom('A', 'B', 'C', 'E', 'NONE', 'HTTP_X', 'a', 'export', 'exportA') },
  { weight: 1, arbitrary: fc.constantFrom('_A', '1A', 'A-B', 'A.B', 'É', '', '\u00A0A') },
);
const lineEnd = fc.constantFrom('\n', '\n', '\n', '\r\n', '\r', '\n\n', '\n \t\n');
const assignment = fc
  .tuple(
    fc.constantFrom('', '', '', ' ', '\t', 'export ', 'export\t ', '\v'),
    name,
    fc.constantFrom(...Array(20).fill('='), ' =', '= ', ''),
    fc.array(part, { maxLength: 3 }).map((parts) => parts.join('')),
    fc.constantFrom('', '', '', '', ' ', '\t', ' # c', '#c', ' #"\''),
    lineEnd,
  )
  .map((parts) => parts.join(''));
const comment = fc.constantFrom('# c\n', '#\n', ' \t# "c\n', '\n', '\f\n', '#c\r');

/** Env files of a few lines, about half of them valid. They have no zero bytes, and are UTF-8. */
export const envFileText: fc.Arbitrary<string> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc
      .tuple(
        fc.constantFrom(...Array(30).fill(''), '\uFEFF'),
        fc.array(fc.oneof({ weight: 5, arbitrary: assignment }, { weight: 1, arbitrary: comment }), {
          minLength: 1,
          maxLength: 3,
        }),
      )
      .map(([start, lines]) => start + lines.join('')),
  },
  { weight: 1, arbitrary: text(8).map((value) => `A=${value}`) },
  {
    weight: 1,
    arbitrary: fc
      .string({ unit: 'grapheme', maxLength: 20 })
      .map((value) => `A="${value.replaceAll(/[\0-\u0008]/g, '')}`),
  },
);

/** Values for an env file: all that an environment can contain, awkward ones above all. */
export const envValue: fc.Arbitrary<string> = fc.oneof(
  text(8),
  fc.string({ unit: 'binary' }).map((value) => value.replaceAll('\0', '')),
);
