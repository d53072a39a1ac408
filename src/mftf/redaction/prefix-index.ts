import { endianness } from 'node:os';
import { type Prefix, prefixesOf, prefixLength } from './prefixes.ts';

/** Base64 of a shorter secret is too common a text. */
const minBase64Length = 6;

export interface Candidate {
  secret: Uint8Array;
  prefix: Prefix;
  /** A short secret does not continue behind a line break or a quote: a column of digits is no secret. */
  isShort: boolean;
  /** How many bytes of the secret may be passed on before more text decides whether it is one. */
  maxShown: number;
}

/** The secrets by their prefixes. */
export function candidatesOf(secret: string): Candidate[] {
  const bytes = Buffer.from(secret);
  const isShort = [...secret].length < minBase64Length;
  const maxShown = Math.min(3, Math.floor(bytes.length / 3));
  return prefixesOf(secret, { inBase64: !isShort }).map((prefix) => ({
    ...{ secret: bytes, prefix, isShort, maxShown },
  }));
}

/** 16 bits. The factor is the golden ratio: similar words get different hashes. */
export const hashOf = (word: number) => Math.imul(word, 0x9e3779b1) >>> 16;

/**
 * The candidates by the first bytes of their prefixes, with tables that tell most text from them. `filter` has the hashes of the first four
 * bytes of each prefix, and of the four from its second byte on, with the first byte lowest: so a prefix is found by every second position.
 */
export function createPrefixIndex() {
  const lengths = Array.from({ length: prefixLength + 1 }, () => ({
    hashes: new Uint8Array(2 ** 16),
    lists: new Map<number, Candidate[]>(),
  }));
  const filter = new Uint8Array(2 ** 16);
  /** The pairs of bytes that follow each other in a prefix: most escapes are next to other bytes. */
  const neighbours = new Uint8Array(2 ** 16);
  const members = new Uint8Array(256);
  /** The bytes that follow the first four of a prefix. */
  const followers = new Uint8Array(256);
  // Where the first byte is the highest one, the filter would miss prefixes: without it the search is right, and slower.
  if (endianness() === 'BE') filter.fill(1);
  return {
    /** Adds a candidate; those of a secret one after the other. */
    add(candidate: Candidate): void {
      const { bytes } = candidate.prefix;
      let word = 0;
      for (const [at, byte] of bytes.slice(0, prefixLength).entries()) {
        word = (word << 8) | byte;
        const ofLength = lengths[at + 1];
        if (ofLength === undefined) break;
        const list = ofLength.lists.get(word) ?? [];
        if (!hasEqual(list, candidate)) list.push(candidate);
        ofLength.lists.set(word, list);
        ofLength.hashes[hashOf(word)] = 1;
        members[byte] = 1;
        if (at > 0) neighbours[word & 0xffff] = 1;
      }
      filter[hashOf(swapBytes(word))] = 1;
      const last = bytes[prefixLength];
      if (last !== undefined) followers[last] = 1;
      // Behind a secret of four bytes there may be any byte.
      const lasts = last === undefined ? Array.from({ length: 256 }, (_, byte) => byte) : [last];
      for (const byte of lasts) filter[hashOf(swapBytes((word << 8) | byte))] = 1;
    },
    neighbours,
    members,
    followers,
    filter,
    get(word: number, length: number): readonly Candidate[] | undefined {
      const ofLength = lengths[length];
      return ofLength?.hashes[hashOf(word)] === 1 ? ofLength.lists.get(word) : undefined;
    },
  };
}

export type PrefixIndex = ReturnType<typeof createPrefixIndex>;

/** Whether a list has a candidate that is compared in the same way. Those of a secret follow each other. */
function hasEqual(list: readonly Candidate[], { secret, prefix }: Candidate): boolean {
  for (let index = list.length - 1; index >= 0 && list[index]?.secret === secret; index--) {
    const other = list[index]?.prefix;
    const isEqual =
      other?.kind === prefix.kind && other.part === prefix.part && other.outerPart === prefix.outerPart;
    if (isEqual) return true;
  }
  return false;
}

const swapBytes = (word: number) =>
  (word << 24) | ((word & 0xff00) << 8) | ((word >>> 8) & 0xff00) | (word >>> 24);
