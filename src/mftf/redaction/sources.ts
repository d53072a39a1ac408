import { characterEntities } from 'character-entities';

/** What can be read at a position: usually one byte, the UTF-8 of a character for an escape of a whole one. */
export interface Reading {
  bytes: readonly number[];
  /** The position behind it. */
  end: number;
}

/**
 * Bytes as one way of decoding reads them. There are several readings at a position where an escape may also be plain text: which one is
 * right depends on where the text began, and that is not known. Positions are those of the outermost decoder, see `base64`.
 */
export interface Source {
  read(at: number): Reading[];
}

const [lineFeed, carriageReturn, space, quote] = [0x0a, 0x0d, 0x20, 0x22];
const [percent, ampersand, apostrophe, plus, semicolon, backslash] = [0x25, 0x26, 0x27, 0x2b, 0x3b, 0x5c];

/** The bytes at which an escape begins, or which may be left out: at all others the only reading is the byte itself. */
export const escapeBytes: readonly number[] = [
  ...[lineFeed, carriageReturn, quote, percent, ampersand, apostrophe, plus, backslash],
];

/** Line breaks and shell quotes that may follow each other between two characters: `'"'"'` quoted again has eight. */
export const maxSkipped = 16;
/** HTML has none longer (`CounterClockwiseContourIntegral`). */
export const maxNameLength = 31;
/** Leading zeros included. */
export const maxDigits = 8;

/** A text whose bytes stand for themselves. `reachedEnd` is set by a read behind it: more text could be read otherwise. */
export interface RawSource extends Source {
  bytes: Uint8Array;
  length: number;
  reachedEnd: boolean;
  /** How many bytes were read: a measure of the time that decoding takes. */
  work: number;
  /** The limit of `work`. */
  maxWork: number;
}

/** Whether so much was read that decoding should stop. */
export const isExhausted = ({ work, maxWork }: RawSource): boolean => work > maxWork;

export function rawSource(): RawSource {
  return {
    bytes: new Uint8Array(),
    length: 0,
    reachedEnd: false,
    work: 0,
    maxWork: 0,
    read(at) {
      this.work += 1;
      if (at >= this.length) {
        this.reachedEnd = true;
        return [];
      }
      return [{ bytes: [this.bytes[at] ?? 0], end: at + 1 }];
    },
  };
}

/**
 * Decodes percent-encoding, HTML entities and the backslash escapes of JSON, PHP and shells. `skipping`: it also leaves out line breaks
 * and the quotes of shells between characters.
 */
export function escaped(inner: Source, { skipping }: { skipping: boolean }): Source {
  /** The next character of an escape. Lines may be broken in it. */
  const next = (at: number, accepts: (byte: number) => boolean, breaks = 0): Reading[] =>
    inner.read(at).flatMap((reading) => {
      const byte = singleByte(reading);
      if (isLineBreak(byte) && breaks < 2) return next(reading.end, accepts, breaks + 1);
      return accepts(byte) ? [reading] : [];
    });

  /** Numbers of `min` to `max` further digits, all lengths when they differ. `initial`: the value of the digits before. */
  const numbers = (at: number, base: 8 | 10 | 16, min: number, max: number, initial = 0) => {
    let open = [{ value: initial, end: at }];
    const results = min === 0 ? [...open] : [];
    for (let count = 1; count <= max && open.length > 0; count++) {
      open = open.flatMap(({ value, end }) =>
        next(end, (byte) => digitOf(byte) < base).map((digit) => ({
          value: value * base + digitOf(singleByte(digit)),
          end: digit.end,
        })),
      );
      if (count >= min) results.push(...open);
    }
    return results;
  };

  const percentEscape = (at: number): Reading[] =>
    numbers(at, 16, 2, 2).map(({ value, end }) => ({ bytes: [value], end }));

  const closed = (readings: { value: number; end: number }[], closing: number): Reading[] =>
    readings.flatMap(({ value, end }) =>
      next(end, (byte) => byte === closing).map((close) => ({ bytes: utf8Of(value), end: close.end })),
    );

  const entity = (at: number): Reading[] =>
    next(at, (byte) => byte === 0x23 || isAlphanumeric(byte)).flatMap((first) => {
      if (singleByte(first) !== 0x23) return namedEntity(first);
      const hex = next(first.end, (byte) => (byte | 0x20) === 0x78);
      return [
        ...closed(numbers(first.end, 10, 1, maxDigits), semicolon),
        ...hex.flatMap(({ end }) => closed(numbers(end, 16, 1, maxDigits), semicolon)),
      ];
    });

  const namedEntity = (first: Reading): Reading[] => {
    let name = String.fromCharCode(singleByte(first));
    let { end } = first;
    while (name.length <= maxNameLength) {
      const [letter] = next(end, (byte) => byte === semicolon || isAlphanumeric(byte));
      if (letter === undefined) return [];
      end = letter.end;
      if (singleByte(letter) === semicolon) {
        const bytes = entityBytes(name);
        return bytes === undefined ? [] : [{ bytes, end }];
      }
      name += String.fromCharCode(singleByte(letter));
    }
    return [];
  };

  /** `\u` with four digits, and `\u{...}`. Two of the former are one character beyond U+FFFF. */
  const unicodeEscape = (at: number): Reading[] => {
    const brace = next(at, (byte) => byte === 0x7b);
    const units = numbers(at, 16, 4, 4);
    return [
      ...brace.flatMap(({ end }) => closed(numbers(end, 16, 1, maxDigits), 0x7d)),
      ...units.flatMap(({ value, end }): Reading[] => {
        if (value < 0xd800 || value > 0xdbff) return [{ bytes: utf8Of(value), end }];
        return next(end, (byte) => byte === backslash)
          .flatMap((head) => next(head.end, (byte) => byte === 0x75))
          .flatMap((head) => numbers(head.end, 16, 4, 4))
          .filter((low) => low.value >= 0xdc00 && low.value <= 0xdfff)
          .map((low) => ({
            bytes: utf8Of(0x10000 + ((value - 0xd800) << 10) + (low.value - 0xdc00)),
            end: low.end,
          }));
      }),
    ];
  };

  /** `skip` is called where the text continues behind a backslash at the end of a line. */
  const backslashEscape = (at: number, skip: (end: number) => void): Reading[] =>
    inner.read(at).flatMap((reading): Reading[] => {
      const byte = singleByte(reading);
      const { end } = reading;
      if (!isLineBreak(byte)) return ofBackslash(byte, end);
      skip(end);
      // The line may also be broken between the backslash and its character.
      return next(end, () => true, 1).flatMap((each) => ofBackslash(singleByte(each), each.end));
    });

  const ofBackslash = (byte: number, end: number): Reading[] => {
    if (byte === 0x75) return unicodeEscape(end);
    if (byte === 0x55) return numbers(end, 16, 8, 8).map((one) => ({ ...one, bytes: utf8Of(one.value) }));
    // A byte in PHP and shells, a character in JavaScript.
    if (byte === 0x78) {
      return numbers(end, 16, 1, 2).flatMap((one) => [
        { end: one.end, bytes: [one.value] },
        { end: one.end, bytes: utf8Of(one.value) },
      ]);
    }
    if (byte >= 0x30 && byte <= 0x37) {
      return numbers(end, 8, 0, 2, digitOf(byte)).map((one) => ({ end: one.end, bytes: [one.value & 0xff] }));
    }
    const control = controls.get(byte);
    if (control !== undefined) return [{ bytes: [control], end }];
    return byte < 0 || isAlphanumeric(byte) ? [] : [{ bytes: [byte], end }];
  };

  const read = (start: number): Reading[] => {
    const readings: Reading[] = [];
    // Each position once: escapes of escapes lead to the same ones in many ways.
    const positions = [start];
    const skip = (end: number) => {
      if (skipping && positions.length <= maxSkipped && !positions.includes(end)) positions.push(end);
    };
    for (const position of positions) {
      for (const reading of inner.read(position)) {
        readings.push(reading);
        const { end } = reading;
        switch (singleByte(reading)) {
          case percent:
            readings.push(...percentEscape(end));
            break;
          case ampersand:
            readings.push(...entity(end));
            break;
          case backslash:
            readings.push(...backslashEscape(end, skip));
            break;
          case plus:
            readings.push({ bytes: [space], end });
            break;
          case lineFeed:
          case carriageReturn:
          case quote:
          case apostrophe:
            skip(end);
        }
      }
    }
    return readings;
  };

  return { read };
}

/**
 * Decodes base64 in either alphabet, with line breaks. A byte begins in a character of `inner` at its bit 0, 2 or 4, so the position of a
 * byte is three times that of its first character, plus 0, 1 or 2.
 */
export function base64(inner: Source): Source {
  const sextets = (at: number, breaks = 0): { value: number; end: number }[] =>
    inner.read(at).flatMap((reading) => {
      const byte = singleByte(reading);
      if (isLineBreak(byte) && breaks < 2) return sextets(reading.end, breaks + 1);
      const value = sextetOf(byte);
      return value === undefined ? [] : [{ value, end: reading.end }];
    });
  return {
    read(at) {
      const part = at % 3;
      return sextets((at - part) / 3).flatMap((first) =>
        sextets(first.end).map((second) => {
          const bits = (first.value << 6) | second.value;
          const byte = (bits >> (4 - 2 * part)) & 0xff;
          return { bytes: [byte], end: part === 2 ? second.end * 3 : first.end * 3 + part + 1 };
        }),
      );
    },
  };
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const sextetValues = new Map([...alphabet].map((letter, value) => [letter.charCodeAt(0), value]));
sextetValues.set('-'.charCodeAt(0), 62);
sextetValues.set('_'.charCodeAt(0), 63);

/** The value of a character of base64 in either alphabet; `undefined` for another one. */
const sextetOf = (byte: number): number | undefined => sextetValues.get(byte);

/** What a letter stands for behind a backslash. */
export const controls: ReadonlyMap<number, number> = new Map(
  Object.entries({ a: 7, b: 8, t: 9, n: 10, v: 11, f: 12, r: 13, e: 27, E: 27 }).map(([letter, code]) => [
    letter.charCodeAt(0),
    code,
  ]),
);

/** The byte of a reading; -1 when it has several. */
const singleByte = ({ bytes }: Reading): number => (bytes.length === 1 ? (bytes[0] ?? -1) : -1);
export const isLineBreak = (byte: number): boolean => byte === lineFeed || byte === carriageReturn;
/** Line breaks, and the quotes of shells. */
export const isSkipped = (byte: number): boolean =>
  isLineBreak(byte) || byte === quote || byte === apostrophe;
/** Letters and digits of ASCII. */
export const isAlphanumeric = (byte: number) =>
  (byte >= 0x30 && byte <= 0x39) || ((byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7a);

/** The value of a hexadecimal digit; 16 for another character. */
export function digitOf(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const letter = byte | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : 16;
}

const utf8 = new TextEncoder();

function utf8Of(codePoint: number): readonly number[] {
  if (codePoint < 0x80) return [codePoint];
  return codePoint > 0x10ffff ? [] : [...utf8.encode(String.fromCodePoint(codePoint))];
}

const entities = new Map<string, readonly number[]>();

/** The UTF-8 of a named entity of HTML; `undefined` when there is none of that name. */
export function entityBytes(name: string): readonly number[] | undefined {
  let bytes = entities.get(name);
  if (bytes === undefined && Object.hasOwn(characterEntities, name)) {
    bytes = [...utf8.encode(characterEntities[name])];
    entities.set(name, bytes);
  }
  return bytes;
}
