import { characterEntities } from 'character-entities';

/** How tools write a text. */
export interface Encoding {
  name: string;
  encode(text: string): string;
}

const hexOf = (text: string, upper: boolean) => {
  const hex = Buffer.from(text).toString('hex').replace(/../g, '%$&');
  return upper ? hex.toUpperCase() : hex;
};
const percent = (safe: RegExp, upper: boolean, space: '+' | '%20') => (text: string) =>
  [...text].map((each) => (each === ' ' ? space : safe.test(each) ? each : hexOf(each, upper))).join('');

const units = (text: string, upper: boolean) =>
  text
    .split('')
    .map((unit) => {
      const hex = unit.charCodeAt(0).toString(16).padStart(4, '0');
      return `\\u${upper ? hex.toUpperCase() : hex}`;
    })
    .join('');
const json = (options: { slash: boolean; unicode: RegExp; upper?: boolean }) => (text: string) =>
  [...JSON.stringify(text).slice(1, -1)]
    .map((each) =>
      options.unicode.test(each)
        ? units(each, options.upper === true)
        : each === '/' && options.slash
          ? '\\/'
          : each,
    )
    .join('');

const codeOf = (text: string) => text.codePointAt(0) ?? 0;
const firstName = new Map(Object.entries(characterEntities).map(([name, each]) => [each, name]));
const named = (each: string) => (firstName.has(each) ? `&${firstName.get(each)};` : each);
const html = (pattern: RegExp, entity: (each: string) => string) => (text: string) =>
  [...text].map((each) => (pattern.test(each) ? entity(each) : each)).join('');
const common: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const special = (quote: string) => html(/[&<>"']/, (each) => common[each] ?? quote);

/** Lines of this many characters, the first one shorter. */
const wrap = (width: number, first: number, lineBreak: string) => (text: string) => {
  const characters = [...text];
  const lines = [characters.slice(0, first).join('')];
  for (let at = first; at < characters.length; at += width)
    lines.push(characters.slice(at, at + width).join(''));
  return lines.join(lineBreak);
};

const base64 =
  (before: string, after: string, kind: 'base64' | 'base64url' = 'base64') =>
  (text: string) =>
    Buffer.from(`${before}${text}${after}`).toString(kind);

export const encodings: Encoding[] = [
  { name: 'none', encode: (text) => text },
  { name: 'urlencode', encode: percent(/[A-Za-z0-9._-]/, true, '+') },
  { name: 'rawurlencode', encode: percent(/[A-Za-z0-9._~-]/, true, '%20') },
  { name: 'encodeURIComponent', encode: encodeURIComponent },
  { name: 'percent-encoding in lower case', encode: percent(/[A-Za-z0-9._~-]/, false, '%20') },
  { name: 'percent-encoding of all', encode: percent(/(?!)/, true, '%20') },
  { name: 'JSON.stringify', encode: json({ slash: false, unicode: /(?!)/ }) },
  { name: 'json_encode', encode: json({ slash: true, unicode: /[^ -~]/ }) },
  { name: 'json_encode, unescaped unicode', encode: json({ slash: true, unicode: /(?!)/ }) },
  { name: 'JSON with upper case', encode: json({ slash: false, unicode: /[^ -~]/, upper: true }) },
  {
    name: 'json_encode with JSON_HEX_*',
    encode: json({ slash: true, unicode: /[^ -~]|[<>&']/, upper: true }),
  },
  { name: 'htmlspecialchars', encode: special('&#039;') },
  { name: 'HTML with &#39;', encode: special('&#39;') },
  { name: 'HTML with &apos;', encode: special('&apos;') },
  { name: 'HTML with &#x27;', encode: special('&#x27;') },
  { name: 'HTML with plain quotes', encode: html(/[&<>]/, named) },
  { name: 'named entities', encode: html(/[&<>"']|[^ -~]/, named) },
  { name: 'named entities of all', encode: html(/[\s\S]/, named) },
  { name: 'decimal entities', encode: html(/[&<>"']|[^ -~]/, (each) => `&#${codeOf(each)};`) },
  {
    name: 'hexadecimal entities',
    encode: html(/[&<>"']|[^ -~]/, (each) => `&#x${codeOf(each).toString(16)};`),
  },
  {
    name: 'hexadecimal entities of all',
    encode: html(/[\s\S]/, (each) => `&#x${codeOf(each).toString(16).toUpperCase()};`),
  },
  { name: 'base64', encode: base64('', '') },
  { name: 'base64 behind one byte', encode: base64('u', '') },
  { name: 'base64 behind a user', encode: base64('me:', ' or more') },
  { name: 'base64 behind two bytes', encode: base64('a:', '\n') },
  { name: 'base64 for addresses', encode: base64('user:', '~~~', 'base64url') },
  { name: 'single quotes of a shell', encode: (text) => `'${text.replaceAll("'", "'\\''")}'` },
  { name: 'single quotes with double ones', encode: (text) => `'${text.replaceAll("'", `'"'"'`)}'` },
  { name: 'double quotes of a shell', encode: (text) => `"${text.replace(/["\\$`!]/g, '\\$&')}"` },
  { name: 'backslashes of a shell', encode: (text) => text.replace(/[ -/:-@[-`{-~]/g, '\\$&') },
  { name: 'broken lines', encode: wrap(76, 3, '\n') },
  { name: 'short broken lines', encode: wrap(10, 7, '\r\n') },
];

const bytesOf = (hex: string) => Buffer.from(hex.replaceAll('%', ''), 'hex').toString();
const letterEscapes: Record<string, string> = {
  n: '\n',
  r: '\r',
  t: '\t',
  b: '\b',
  f: '\f',
  v: '\v',
  a: '\x07',
  e: '\x1b',
};
const characterOf = (code: number) => (code > 0x10ffff ? '' : String.fromCodePoint(code));

/** How readers decode a text, leniently: what is not encoded stays. */
export const decoders: ((text: string) => string)[] = [
  (text) => text,
  (text) => text.replace(/(?:%[0-9a-f]{2})+/gi, bytesOf),
  (text) => text.replaceAll('+', ' ').replace(/(?:%[0-9a-f]{2})+/gi, bytesOf),
  (text) =>
    text.replace(/\\(?:u([0-9a-f]{4})|([\s\S]))/gi, (_, hex?: string, letter = '') =>
      hex === undefined ? (letterEscapes[letter] ?? letter) : String.fromCharCode(Number.parseInt(hex, 16)),
    ),
  (text) =>
    text.replace(/&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi, (whole, hex?: string, decimal?: string, name = '') => {
      if (hex !== undefined) return characterOf(Number.parseInt(hex, 16));
      if (decimal !== undefined) return characterOf(Number(decimal));
      return Object.hasOwn(characterEntities, name) ? (characterEntities[name] ?? '') : whole;
    }),
  (text) => text.replace(/[A-Za-z0-9+/_-]{4,}={0,2}/g, (run) => Buffer.from(run, 'base64').toString()),
  (text) => text.replace(/[\r\n]+/g, ''),
  (text) => text.replace(/\\(.)|["']/g, '$1'),
];
