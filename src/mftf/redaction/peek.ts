import {
  controls,
  digitOf,
  entityBytes,
  isAlphanumeric,
  isLineBreak,
  maxDigits,
  maxNameLength,
} from './sources.ts';

const [percent, ampersand, hash, plus, semicolon, backslash] = [0x25, 0x26, 0x23, 0x2b, 0x3b, 0x5c];

/** What `peek` returns where there is no escape, unless its characters are escapes: then call it with `nested`. */
export const blocked = -3;
/** What `peek` returns where there is no escape. */
export const noEscape = -1;
/** What `peek` returns for an escape that has further escapes in it, or that the end of the text cuts. */
export const unclear = -2;

/**
 * The first byte that an escape stands for, plus 256 times the position behind it: no object, because most escapes are read here and are
 * part of no secret. `at`: the position behind its first character, which is `head`. `nested`: its other characters are escapes themselves
 * where they can be.
 */
export function peek(head: number, bytes: Uint8Array, at: number, length: number, nested: boolean): number {
  if (head === percent) {
    const high = digitAt(bytes, at, length, nested);
    if (high < 0) return high;
    const low = digitAt(bytes, Math.floor(high / 256), length, nested);
    return low < 0 ? low : (high % 256) * 16 + low;
  }
  if (head === backslash) return peekBackslash(bytes, at, length, nested);
  if (head === ampersand) return peekEntity(bytes, at, length, nested);
  return head === plus ? 0x20 + 256 * at : unclear;
}

/** One character of an escape: a byte, plus 256 times the position behind it. */
function next(bytes: Uint8Array, at: number, length: number, nested: boolean): number {
  if (at >= length) return unclear;
  const byte = bytes[at] as number;
  if (isLineBreak(byte)) return unclear;
  const plain = byte + 256 * (at + 1);
  if (!nested || !isHead(byte)) return plain;
  const inner = peek(byte, bytes, at + 1, length, false);
  return inner === noEscape || inner === blocked ? plain : inner;
}

function digitAt(bytes: Uint8Array, at: number, length: number, nested: boolean): number {
  const read = next(bytes, at, length, nested);
  if (read < 0) return read;
  const byte = read % 256;
  if (isLineBreak(byte)) return unclear;
  const digit = digitOf(byte);
  if (digit < 16) return read - byte + digit;
  return !nested && isHead(byte) ? blocked : noEscape;
}

function peekBackslash(bytes: Uint8Array, at: number, length: number, nested: boolean): number {
  const read = next(bytes, at, length, nested);
  if (read < 0) return read;
  const letter = read % 256;
  if (isLineBreak(letter)) return unclear;
  if (!isAlphanumeric(letter)) return read;
  const control = controls.get(letter);
  if (control !== undefined) return read - letter + control;
  if (letter !== 0x75) return isPlainLetter[letter] === 1 ? noEscape : unclear;
  let value = 0;
  let end = (read - letter) / 256;
  for (let count = 0; count < 4; count++) {
    const digit = digitAt(bytes, end, length, nested);
    // It may be one in braces.
    if (digit < 0) return unclear;
    value = value * 16 + (digit % 256);
    end = Math.floor(digit / 256);
  }
  return value >= 0xd800 && value < 0xe000 ? unclear : firstByteOf(value) + 256 * end;
}

function peekEntity(bytes: Uint8Array, start: number, length: number, nested: boolean): number {
  let name = '';
  let at = start;
  while (name.length <= maxNameLength + 1) {
    const read = next(bytes, at, length, nested);
    if (read < 0) return read;
    const byte = read % 256;
    if (isLineBreak(byte)) return unclear;
    at = (read - byte) / 256;
    if (byte === semicolon) {
      const value = name.startsWith('#') ? numericByte(name.slice(1)) : (entityBytes(name)?.[0] ?? -1);
      return value < 0 ? noEscape : value + 256 * at;
    }
    if (!isAlphanumeric(byte) && (byte !== hash || name !== '')) {
      return !nested && isHead(byte) ? blocked : noEscape;
    }
    name += String.fromCharCode(byte);
  }
  return noEscape;
}

/** The first byte of a numeric entity; -1 when it is none. */
function numericByte(digits: string): number {
  if (!/^(?:x[0-9a-f]+|\d+)$/i.test(digits) || digits.length > maxDigits + 1) return -1;
  return firstByteOf(/^x/i.test(digits) ? Number.parseInt(digits.slice(1), 16) : Number(digits));
}

/** The first byte of the UTF-8 of a character; -1 without a character. */
function firstByteOf(codePoint: number): number {
  if (codePoint < 0x80) return codePoint;
  if (codePoint < 0x800) return 0xc0 | (codePoint >> 6);
  if (codePoint < 0x10000) return 0xe0 | (codePoint >> 12);
  return codePoint > 0x10ffff ? -1 : 0xf0 | (codePoint >> 18);
}

/** Letters that form no escape with a backslash. */
const isPlainLetter = byteTable(Buffer.from('89cdghijklmopqswyzABCDFGHIJKLMNOPQRSTVWXYZ'));

/** Whether an escape begins with this byte. */
export const isHead = (byte: number): boolean => byte === percent || byte === ampersand || byte === backslash;

/** 1 for each of these bytes. */
export function byteTable(bytes: Iterable<number>): Uint8Array {
  const table = new Uint8Array(256);
  for (const byte of bytes) table[byte] = 1;
  return table;
}
