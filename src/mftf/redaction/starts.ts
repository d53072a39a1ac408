import type { Prefix } from './prefixes.ts';

/** The longest escape of a character of base64. */
const maxEscapeLength = 10;

const [lineFeed, carriageReturn, percent, ampersand, backslash] = [0x0a, 0x0d, 0x25, 0x26, 0x5c];

/**
 * The positions, in the sources of its kind, where a secret may begin whose prefix is at `at`: in base64 its first bits may be in a character
 * before those that the secret alone determines.
 */
export function startsOf({ kind, part, outerPart }: Prefix, at: number, bytes: Uint8Array): number[] {
  if (kind === 'plain') return [at];
  if (kind === 'base64') {
    if (part === 0) return [at * 3];
    return charactersBefore(at, bytes).map((before) => before * 3 + part);
  }
  // The first known character of the inner base64 is a byte of the outer one.
  const outer =
    outerPart === 0 ? [at * 3] : charactersBefore(at, bytes).map((before) => before * 3 + outerPart);
  if (part === 0) return outer.map((start) => start * 3);
  return outer.flatMap((start) => bytesBefore(start, bytes).map((before) => before * 3 + part));
}

/** Where the byte before a position in base64 may begin. */
function bytesBefore(position: number, bytes: Uint8Array): number[] {
  const part = position % 3;
  const characters = charactersBefore((position - part) / 3, bytes);
  // The byte before one that begins with a character begins two characters before, at its bit 4.
  if (part > 0) return characters.map((each) => each * 3 + part - 1);
  return characters.flatMap((each) => charactersBefore(each, bytes)).map((each) => each * 3 + 2);
}

/** Where the character before a position may begin: it may be an escape, and a line may be broken between them. */
function charactersBefore(at: number, bytes: Uint8Array): number[] {
  let last = at - 1;
  while (last >= 0 && (bytes[last] === lineFeed || bytes[last] === carriageReturn)) last -= 1;
  const starts = last >= 0 ? [last] : [];
  for (let start = last - 1; start >= 0 && start > last - maxEscapeLength; start--) {
    const byte = bytes[start];
    if (byte === percent || byte === ampersand || byte === backslash) starts.push(start);
  }
  return starts;
}
