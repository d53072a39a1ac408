import { characterEntities } from 'character-entities';

/** How an occurrence of a secret begins. */
export interface Prefix {
  /** `prefixLength` bytes, and one more where there is one. */
  bytes: readonly number[];
  /** `plain`: the secret, or an escape of it. `base64`: base64 of either. `double`: base64 of base64. */
  kind: 'plain' | 'base64' | 'double';
  /** The bit at which the first byte begins in its character, as in `base64` of sources.ts; for `double` that of the inner base64. */
  part: number;
  /** The same for the outer base64 of `double`. */
  outerPart: number;
}

export const prefixLength = 4;

/** So many bytes of the text determine `prefixLength` characters of its base64, wherever it begins. */
const textLength = 5;

/**
 * The beginnings of a secret in plain text and in base64. Base64 hides what it encodes, so the beginnings of everything that may be in it
 * are listed: the secret in each escape, with broken lines, in base64.
 */
export function prefixesOf(secret: string, { inBase64 }: { inBase64: boolean }): Prefix[] {
  const plain = Buffer.from(secret);
  const prefixes: Prefix[] = [{ bytes: cut(plain), kind: 'plain', part: 0, outerPart: 0 }];
  if (!inBase64) return prefixes;
  for (const text of beginnings(secret)) {
    for (const { part, cores } of coresOf(text)) {
      for (const core of cores) prefixes.push({ bytes: cut(core), kind: 'base64', part, outerPart: 0 });
    }
  }
  for (const { part, cores } of coresOf(plain)) {
    for (const inner of cores) {
      for (const outer of coresOf(inner)) {
        for (const core of outer.cores) {
          prefixes.push({ bytes: cut(core), kind: 'double', part, outerPart: outer.part });
        }
      }
    }
  }
  const unique = new Map(
    prefixes.map((prefix) => [
      `${prefix.kind} ${prefix.part} ${prefix.outerPart} ${String.fromCharCode(...prefix.bytes)}`,
      prefix,
    ]),
  );
  return [...unique.values()];
}

const cut = (bytes: Uint8Array) => [...bytes.subarray(0, prefixLength + 1)];

/** The characters of base64 that the beginning of a text determines, behind 0, 1 or 2 other bytes, in both alphabets. */
function coresOf(text: Uint8Array): { part: number; cores: Uint8Array[] }[] {
  const head = text.subarray(0, textLength);
  return [0, 1, 2].map((before) => {
    // The first character that has no bit of the bytes before, and the first one that has bits of the bytes behind.
    const start = Math.ceil((before * 8) / 6);
    const end = Math.floor(((before + head.length) * 8) / 6);
    const values = Array.from({ length: end - start }, (_, index) => {
      const bit = (start + index) * 6 - before * 8;
      const two = ((head[bit >> 3] ?? 0) << 8) | (head[(bit >> 3) + 1] ?? 0);
      return (two >> (10 - (bit & 7))) & 63;
    });
    const encode = (alphabet: Uint8Array) => Uint8Array.from(values, (value) => alphabet[value] ?? 0);
    const cores = values.some((value) => value > 61) ? alphabets.map(encode) : [encode(alphabets[0])];
    return { part: before, cores };
  });
}

const lettersAndDigits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const alphabets = [Buffer.from(`${lettersAndDigits}+/`), Buffer.from(`${lettersAndDigits}-_`)] as const;

/** The first bytes of a secret in each escape that tools write, and with a broken line in them. */
function beginnings(secret: string): Buffer[] {
  const characters = [...secret].slice(0, textLength);
  const texts = new Set<string>();
  for (const each of allEscapes) texts.add(characters.map(each).join(''));
  for (let at = 1; at < characters.length; at++) {
    for (const lineBreak of ['\n', '\r\n']) {
      texts.add(`${characters.slice(0, at).join('')}${lineBreak}${characters.slice(at).join('')}`);
    }
  }
  const bytes = [...texts].map((text) => Buffer.from(text).subarray(0, textLength));
  return [...new Map(bytes.map((each) => [each.toString('latin1'), each])).values()];
}

type Escape = (character: string) => string;

const maxCached = 200;

const upper = (text: string) => text.toUpperCase();
const lower = (text: string) => text.toLowerCase();
const hexOf = (character: string) => (character.codePointAt(0) ?? 0).toString(16);

const namesByCharacter = new Map<string, string[]>();
for (const [name, character] of Object.entries(characterEntities)) {
  const names = namesByCharacter.get(character) ?? [];
  names.push(name);
  namesByCharacter.set(character, names);
}

const percentEscapes = [/[A-Za-z0-9\-_.!~*'()]/, /[A-Za-z0-9\-_.~]/, /[A-Za-z0-9\-_.]/, /(?!)/].flatMap(
  (safe) =>
    [upper, lower].flatMap((hexCase) =>
      ['%20', '+'].map((space): Escape => {
        return (character) => {
          if (character === ' ') return space;
          if (safe.test(character)) return character;
          return hexCase(Buffer.from(character).toString('hex')).replace(/../g, '%$&');
        };
      }),
    ),
);

const unitEscapes = (character: string, hexCase: typeof upper) =>
  [...character.split('')]
    .map((unit) => `\\u${hexCase(unit.charCodeAt(0).toString(16).padStart(4, '0'))}`)
    .join('');

/** The options JSON_HEX_TAG, _AMP, _APOS and _QUOT of PHP, in any combination. */
const htmlInJson = Array.from({ length: 16 }, (_, options) =>
  ['<>', '&', "'", '"'].filter((_, index) => (options >> index) % 2 === 1).join(''),
);
/** What is written as `\uXXXX`, besides control characters: some of what HTML escapes, also other letters than those of ASCII, or all. */
const jsonEscapes = [
  ...htmlInJson.flatMap((characters) => [
    (character: string) => characters.includes(character),
    (character: string) => characters.includes(character) || character > '~',
  ]),
  () => true,
].flatMap((isHidden) =>
  [upper, lower].flatMap((hexCase) =>
    ['/', '\\/'].map((slash): Escape => {
      return (character) => {
        if (isHidden(character)) return unitEscapes(character, hexCase);
        return character === '/' ? slash : JSON.stringify(character).slice(1, -1);
      };
    }),
  ),
);

const numericEscapes: Escape[] = [
  (character) => `&#${character.codePointAt(0)};`,
  (character) => `&#${String(character.codePointAt(0)).padStart(3, '0')};`,
  (character) => `&#x${lower(hexOf(character))};`,
  (character) => `&#x${upper(hexOf(character))};`,
  (character) => `&#X${upper(hexOf(character))};`,
];
/** The n-th name of a character; most have one. */
const namedEscapes = [0, 1, 2, 3].map((index): Escape => {
  return (character) => {
    const names = namesByCharacter.get(character);
    return names === undefined ? character : `&${names[Math.min(index, names.length - 1)]};`;
  };
});
/** What is escaped: markup, with both quotes, double ones or none, and other letters than those of ASCII; or all. */
const htmlSets = [/[<>&]/, /[<>&"]/, /[<>&"']/].flatMap((markup) => [
  (character: string) => markup.test(character),
  (character: string) => markup.test(character) || character > '~',
  (character: string) => markup.test(character) || /[^ -~]/.test(character),
]);
/** Five bytes show one escape and the `&` of the next, so the styles need not be combined. */
const htmlEscapes = [...htmlSets, () => true].flatMap((isHidden) =>
  [...numericEscapes, ...namedEscapes].map(
    (escapeOne): Escape =>
      (character) =>
        isHidden(character) ? escapeOne(character) : character,
  ),
);

const shellEscapes: Escape[] = [
  (character) => (character === "'" ? "'\\''" : character),
  (character) => (character === "'" ? `'"'"'` : character),
  (character) => (/["\\$`!]/.test(character) ? `\\${character}` : character),
  (character) => (/[A-Za-z0-9_]/.test(character) ? character : `\\${character}`),
  (character) => (/[ -/:-@[-`{-~]/.test(character) ? `\\${character}` : character),
  (character) => (/[ -/:-@[-^`{-~]/.test(character) ? `\\${character}` : character),
  (character) => (/["'\\]/.test(character) ? `\\${character}` : character),
];

const allEscapes: Escape[] = [
  (character: string) => character,
  ...percentEscapes,
  ...jsonEscapes,
  ...htmlEscapes,
  ...shellEscapes,
].map(cached);

/** There are a hundred escapes, and few characters. */
function cached(escapeOne: Escape): Escape {
  const results = new Map<string, string>();
  return (character) => {
    let result = results.get(character);
    if (result === undefined) {
      result = escapeOne(character);
      if (results.size < maxCached) results.set(character, result);
    }
    return result;
  };
}
