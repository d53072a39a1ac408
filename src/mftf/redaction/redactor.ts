import { Transform } from 'node:stream';
import { type Range, SecretSearch } from './search.ts';

/** Replaces a secret in a log or an artifact. */
export const maskText = '[hidden]';
const mask = Buffer.from(maskText);

/**
 * Shorter values are not hidden: replacing every "1" or "qa" would destroy the log and, by the gaps, reveal more. Documented in
 * docs/security.md.
 */
const minLength = 4;

/** Hides secrets in text and streams of text. */
export interface Redactor {
  text(text: string): string;
  /** Passes on bytes with secrets hidden, also those that are split over chunks. All other bytes stay as they are. */
  stream(): Transform;
}

/** Hides these secrets in all the encodings that docs/security.md lists, except those of fewer than 4 characters. */
export function createRedactor(secrets: readonly string[]): Redactor {
  const hidden = [...new Set(secrets.filter((secret) => secret.length >= minLength))];
  const search = new SecretSearch(hidden);
  return {
    text(text) {
      if (hidden.length === 0) return text;
      const bytes = Buffer.from(text);
      const { ranges } = search.search(bytes, { final: true });
      if (ranges.length === 0) return text;
      return Buffer.concat(withMasks(bytes, ranges, 0, bytes.length)).toString();
    },

    stream() {
      /** The end of the text until now, of which the first `passed` bytes were passed on. */
      let text: Buffer = Buffer.alloc(0);
      let passed = 0;
      const add = (chunk: Buffer, final: boolean): Buffer[] => {
        text = text.length === 0 ? chunk : Buffer.concat([text, chunk]);
        const { ranges, holdFrom, contextFrom } = search.search(text, { final });
        let end = Math.max(holdFrom, passed);
        for (const range of ranges) if (range.start < end) end = Math.max(end, range.end);
        const output = withMasks(text, ranges, passed, end);
        const rest = Math.min(contextFrom, end);
        // A copy, so that the chunk is not kept for it.
        text = Buffer.from(text.subarray(rest));
        passed = end - rest;
        return output;
      };
      return new Transform({
        transform(chunk: Buffer, _encoding, done) {
          for (const part of hidden.length === 0 ? [chunk] : add(chunk, false)) this.push(part);
          done();
        },
        flush(done) {
          if (hidden.length > 0) for (const part of add(Buffer.alloc(0), true)) this.push(part);
          done();
        },
      });
    },
  };
}

/** The bytes `from` to `to`, with a mask for each of the ranges. */
function withMasks(bytes: Buffer, ranges: readonly Range[], from: number, to: number): Buffer[] {
  const parts: Buffer[] = [];
  let at = from;
  for (const { start, end } of ranges) {
    if (end <= at || start >= to) continue;
    if (start > at) parts.push(bytes.subarray(at, start));
    parts.push(mask);
    at = end;
  }
  if (at < to) parts.push(bytes.subarray(at, to));
  return parts;
}
