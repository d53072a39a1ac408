import { enoughBytes, matchSecret } from './match-secret.ts';
import { blocked, byteTable, isHead, noEscape, peek, unclear } from './peek.ts';
import { type Candidate, hashOf, type PrefixIndex } from './prefix-index.ts';
import { prefixLength } from './prefixes.ts';
import {
  base64,
  escapeBytes,
  escaped,
  isExhausted,
  isSkipped,
  maxSkipped,
  type RawSource,
  rawSource,
  type Source,
} from './sources.ts';
import { startsOf } from './starts.ts';

/** The bytes `start` to `end`, `end` not included. */
export interface Range {
  start: number;
  end: number;
}

export interface SearchResult {
  /** What is secret: in order, without overlaps. */
  ranges: Range[];
  /** What begins here may be a secret when more text follows, and has shown too much of it to be passed on. */
  holdFrom: number;
  /** The text from here on is needed to recognise a secret in more text. */
  contextFrom: number;
  /** How much the search had to decode, in the unit of `RawSource.work`. */
  work: number;
}

/** The first character of an escaped secret has fewer bytes: `\uD83D\uDE00` with each character as `&#x5C;` has 72. */
const contextLength = 128;

/** How many positions of the sources of a kind are one byte of text. */
const scales = { plain: 1, base64: 3, double: 9 } as const;

/** The work of a comparison that fails at once, in bytes that are read. */
const workOfComparison = 2;
/** When a search is given up, the secret that it was comparing began at most so many bytes before. */
const givenUpBefore = 32;

const plus = 0x2b;
/** UTF-8 begins characters of several bytes with this byte or a higher one. */
const firstOfSeveral = 0xc0;

/**
 * Finds the occurrences of secrets in texts, in time in proportion to the text. Most text is passed by comparing each four bytes with the
 * prefixes of the secrets, and each escape with what may be near it; only where a prefix agrees are the decoders used.
 *
 * A class, because the closures of each new search would be slow until V8 has optimised them again: 40 ns a byte for the first 8 MB, 4 ns
 * later (measured, Node 20).
 */
export class SecretSearch {
  private readonly index: PrefixIndex;
  private readonly neighbours: Uint8Array;
  private readonly members: Uint8Array;
  /** 1 for the bytes at which an escape begins, or which may be left out. */
  private readonly triggers: Uint8Array;
  /** 1 for two bytes of which one is a trigger. */
  private readonly triggerPairs: Uint8Array;
  private readonly raw: RawSource = rawSource();
  private readonly unskipped: Source;
  private readonly skipping: Source;
  private readonly sources: Record<'short' | keyof typeof scales, Source[]>;

  private results: Range[] = [];
  private holdFrom = 0;
  private contextFrom = 0;

  /** `index` has all secrets. */
  constructor(index: PrefixIndex) {
    this.index = index;
    this.neighbours = this.index.neighbours;
    this.members = this.index.members;
    this.triggers = byteTable(escapeBytes);
    // As an escape it is a blank; behind a whole prefix it lets `atByte` look at that.
    if (this.members[0x20] === 0 && this.index.followers[0x20] === 0) this.triggers[plus] = 0;
    this.triggerPairs = new Uint8Array(2 ** 16);
    for (let pair = 0; pair < 2 ** 16; pair++) {
      this.triggerPairs[pair] = (this.triggers[pair & 0xff] as number) | (this.triggers[pair >> 8] as number);
    }
    const { raw } = this;
    const inner = escaped(raw, { skipping: false });
    this.unskipped = escaped(inner, { skipping: false });
    this.skipping = escaped(inner, { skipping: true });
    this.sources = {
      short: [this.unskipped],
      plain: [this.skipping],
      base64: [escaped(base64(raw), { skipping: true }), base64(inner)],
      double: [base64(base64(raw))],
    };
  }

  /**
   * Searches a text. `final`: no more text follows. A text can be built so that each byte begins thousands of readings; after `maxWork` the
   * rest of the text counts as secret, because nothing is known about it.
   */
  search(text: Uint8Array, { final, maxWork }: { final: boolean; maxWork: number }): SearchResult {
    // `scan` reads two bytes at once, which must begin at an even address.
    const bytes = text.byteOffset % 2 === 0 ? text : Uint8Array.from(text);
    const { length } = bytes;
    this.raw.bytes = bytes;
    this.raw.length = length;
    this.raw.work = 0;
    this.raw.maxWork = maxWork;
    this.results = [];
    this.holdFrom = length;
    this.contextFrom = Math.max(0, length - contextLength);
    const givenUpAt = this.scan(bytes);
    if (givenUpAt < length) this.results.push({ start: Math.max(0, givenUpAt - givenUpBefore), end: length });
    else if (!final) this.compareCut(length);
    return {
      ranges: union(this.results),
      holdFrom: final ? length : this.holdFrom,
      contextFrom: this.contextFrom,
      work: this.raw.work,
    };
  }

  /**
   * Returns where the search was given up; the length of the text when it was not. Two bytes at a time: that takes half the time of single
   * ones (measured).
   */
  private scan(bytes: Uint8Array): number {
    const { triggerPairs } = this;
    const { filter } = this.index;
    const { length } = bytes;
    const pairs = new Uint16Array(bytes.buffer, bytes.byteOffset, length >> 1);
    let word = 0;
    for (let index = 0; index < pairs.length; index++) {
      const pair = pairs[index] as number;
      word = (word >>> 16) | (pair << 16);
      if (((filter[hashOf(word)] as number) | (triggerPairs[pair] as number)) === 0) continue;
      const at = 2 * index;
      let furthest = at;
      if (filter[hashOf(word)] === 1) furthest = Math.max(this.atPrefix(at), this.atPrefix(at + 1));
      if (triggerPairs[pair] === 1) furthest = Math.max(furthest, this.atByte(at), this.atByte(at + 1));
      if (isExhausted(this.raw)) return at;
      // A long secret is not compared again with its own parts.
      if (furthest - at > 2 * enoughBytes) {
        index = (furthest - enoughBytes) >> 1;
        word = 0;
      }
    }
    if (length % 2 === 1) {
      this.atPrefix(length - 1);
      this.atByte(length - 1);
      if (isExhausted(this.raw)) return length - 1;
    }
    return length;
  }

  /** Where a prefix may end at `last`. */
  private atPrefix(last: number): number {
    const at = last + 1 - prefixLength;
    if (at < 0) return last;
    return this.compareAll(this.index.get(wordAt(this.raw.bytes, last + 1, prefixLength), prefixLength), at);
  }

  /** Where a byte may be an escape, or may be left out. */
  private atByte(at: number): number {
    const { bytes } = this.raw;
    const byte = bytes[at] as number;
    if (this.triggers[byte] === 0) return at;
    let furthest = at;
    const isBehindMember = at > 0 && this.members[bytes[at - 1] as number] === 1;
    // The filter expects another byte behind a whole prefix.
    if (isBehindMember) furthest = this.atPrefix(at - 1);
    if (!isSkipped(byte)) return Math.max(furthest, this.atEscape(at, byte));
    // Most quotes are behind a character that begins no secret.
    if (!isBehindMember && this.members[byte] === 0) return at;
    return Math.max(furthest, this.atSkipped(at, byte, at + 1));
  }

  /** At the first byte of an escape. */
  private atEscape(at: number, byte: number): number {
    const { bytes, length } = this.raw;
    const first = peek(byte, bytes, at + 1, length, false);
    if (first === noEscape) return at;
    const value = first % 256;
    if (first >= 0 && !isHead(value)) return this.atValue(at, first);
    // The other characters of the escape, or its value as the first character of another, may be escapes.
    const nested = peek(byte, bytes, at + 1, length, true);
    const second = first >= 0 ? peek(value, bytes, (first - value) / 256, length, true) : noEscape;
    if (first === unclear || nested === unclear || second === unclear) return this.atAny(at);
    let furthest = first >= 0 ? this.atValue(at, first) : at;
    if (nested >= 0 && nested !== first) furthest = Math.max(furthest, this.atValue(at, nested));
    return second >= 0 ? Math.max(furthest, this.atValue(at, second)) : furthest;
  }

  /** At an escape, of which `peeked` is what `peek` returned. */
  private atValue(at: number, peeked: number): number {
    const value = peeked % 256;
    const end = (peeked - value) / 256;
    if (isSkipped(value)) return this.atSkipped(at, value, end);
    const furthest = this.compareAround(at, value, end, 0);
    const isBlank = value === plus && this.triggers[plus] === 1;
    return isBlank ? Math.max(furthest, this.compareAround(at, 0x20, end, 0)) : furthest;
  }

  /** At a character that may be left out, or stand for itself. `start`: the position behind it. */
  private atSkipped(at: number, byte: number, start: number): number {
    const { bytes, length } = this.raw;
    const { members, triggers } = this;
    let furthest = members[byte] === 1 ? this.compareAround(at, byte, start, 0) : at;
    if (at === 0 || members[bytes[at - 1] as number] === 0) return furthest;
    for (let next = start; next < start + maxSkipped; next++) {
      if (next >= length) return Math.max(furthest, this.atAny(at));
      let value = bytes[next] as number;
      let end = next + 1;
      if (triggers[value] === 1 && !isSkipped(value)) {
        // It may stand for itself as well.
        if (members[value] === 1) furthest = Math.max(furthest, this.compareAround(at, value, end, 1));
        const peeked = peek(value, bytes, end, length, false);
        if (peeked === unclear || peeked === blocked) return Math.max(furthest, this.atAny(at));
        if (peeked !== noEscape) {
          value = peeked % 256;
          end = (peeked - value) / 256;
          if (triggers[value] === 1) return Math.max(furthest, this.atAny(at));
        }
      }
      if (members[value] === 1) furthest = Math.max(furthest, this.compareAround(at, value, end, 1));
      if (!isSkipped(value)) return furthest;
    }
    return furthest;
  }

  /** At an escape in any form, or at one that the end of the text cuts. */
  private atAny(at: number): number {
    let furthest = at;
    this.raw.reachedEnd = false;
    const plainly = this.unskipped.read(at);
    const skipped = this.skipping.read(at);
    const isCut = this.raw.reachedEnd;
    for (const { bytes, end } of plainly) {
      furthest = Math.max(furthest, this.compareAround(at, bytes[0] ?? 0, end, 0));
    }
    for (const { bytes, end } of skipped) {
      if (plainly.some((reading) => reading.bytes[0] === bytes[0] && reading.end === end)) continue;
      furthest = Math.max(furthest, this.compareAround(at, bytes[0] ?? 0, end, 1));
    }
    if (isCut) this.compareCut(at);
    return furthest;
  }

  /**
   * Compares where the byte `value` is read at `at`, and the text continues at `next`: up to three bytes of a prefix may precede it, at least
   * `least`. Returns the end of what is secret, or `at`. A byte that begins a character of several may come from an escape of that
   * character, so what follows it is not known.
   */
  private compareAround(at: number, value: number, next: number, least: number): number {
    const { bytes, length } = this.raw;
    const isSecond = at > 0 && this.neighbours[((bytes[at - 1] as number) << 8) | value] === 1;
    if (!isSecond) {
      if (least > 0 || this.members[value] === 0) return at;
      const byte = next < length ? (bytes[next] as number) : 0;
      const isFirst =
        next >= length ||
        value >= firstOfSeveral ||
        this.triggers[byte] === 1 ||
        this.neighbours[(value << 8) | byte] === 1;
      if (!isFirst) return at;
    }
    const following = this.peekWord(next, value >= firstOfSeveral ? 0 : prefixLength - 1 - least);
    const most = isSecond ? Math.min(prefixLength - 1, at) : 0;
    let furthest = at;
    for (let before = least; before <= most; before++) {
      const needed = prefixLength - 1 - before;
      if (following.count < needed && !following.isOpen) continue;
      const count = Math.min(following.count, needed);
      let word = (wordAt(bytes, at, before) << 8) | value;
      word = (word << (8 * count)) | (following.word >>> (8 * (following.count - count)));
      const list = this.index.get(word, before + 1 + count);
      furthest = Math.max(furthest, this.compareAll(list, at - before));
    }
    return furthest;
  }

  /**
   * The next bytes of the text, as a number, at most `most`. `isOpen`: there are fewer because an escape is unclear, or the text ends;
   * otherwise because no prefix has the next one.
   */
  private peekWord(start: number, most: number): { word: number; count: number; isOpen: boolean } {
    const { bytes, length } = this.raw;
    const { members, triggers } = this;
    let word = 0;
    let count = 0;
    let at = start;
    for (let steps = 0; count < most && at < length && steps < maxSkipped; steps++) {
      let value = bytes[at] as number;
      let end = at + 1;
      if (triggers[value] === 1) {
        // It may stand for itself.
        if (members[value] === 1) break;
        if (!isSkipped(value)) {
          const peeked = peek(value, bytes, end, length, false);
          if (peeked === unclear || peeked === blocked) break;
          if (peeked === noEscape) return { word, count, isOpen: false };
          value = peeked % 256;
          end = (peeked - value) / 256;
          if (triggers[value] === 1 && (members[value] === 1 || !isSkipped(value))) break;
        }
      }
      if (triggers[value] === 0) {
        if (members[value] === 0) return { word, count, isOpen: false };
        word = (word << 8) | value;
        count += 1;
        if (value >= firstOfSeveral) break;
      }
      at = end;
    }
    return { word, count, isOpen: true };
  }

  /**
   * Compares where a prefix or up to three bytes of it precede `end`, and the rest is not there yet. Only for plain text: so few characters of
   * base64 show at most two bytes of a secret.
   */
  private compareCut(end: number): void {
    for (let before = 1; before <= prefixLength && before <= end; before++) {
      const list = this.index.get(wordAt(this.raw.bytes, end, before), before);
      for (const candidate of list ?? []) {
        if (candidate.prefix.kind === 'plain') this.compare(candidate, end - before);
      }
    }
  }

  private compareAll(list: readonly Candidate[] | undefined, at: number): number {
    let furthest = at;
    if (list) for (const candidate of list) furthest = Math.max(furthest, this.compare(candidate, at));
    return furthest;
  }

  /** Compares the text with a secret whose prefix is at `at`. Returns the end of what is secret, or `at`. */
  private compare(candidate: Candidate, at: number): number {
    const { raw } = this;
    const { kind } = candidate.prefix;
    const scale = scales[kind];
    let furthest = at;
    raw.work += workOfComparison;
    for (const start of startsOf(candidate.prefix, at, raw.bytes)) {
      const rawStart = Math.floor(start / scale);
      for (const source of this.sources[candidate.isShort ? 'short' : kind]) {
        const match = matchSecret(raw, source, start, candidate.secret, kind === 'plain');
        if (match.open >= 0) {
          this.contextFrom = Math.min(this.contextFrom, rawStart);
          if (match.open > candidate.maxShown) this.holdFrom = Math.min(this.holdFrom, rawStart);
        }
        if (match.end < 0) continue;
        // The last character may have bits of what follows.
        const end = Math.ceil(match.end / scale);
        this.results.push({ start: rawStart, end });
        furthest = Math.max(furthest, end);
      }
    }
    return furthest;
  }
}

/** The last `count` bytes before a position, as a number. */
function wordAt(bytes: Uint8Array, end: number, count: number): number {
  let word = 0;
  for (let at = end - count; at < end; at++) word = (word << 8) | (bytes[at] as number);
  return word;
}

function union(ranges: Range[]): Range[] {
  if (ranges.length < 2) return ranges;
  const result: Range[] = [];
  for (const range of ranges.sort((a, b) => a.start - b.start)) {
    const last = result.at(-1);
    if (last && range.start < last.end) last.end = Math.max(last.end, range.end);
    else result.push({ ...range });
  }
  return result;
}
