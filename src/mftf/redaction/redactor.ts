import { Readable, Transform } from 'node:stream';
import { text as readText } from 'node:stream/consumers';
import { mapInTurns } from '../../async/map-in-turns.ts';
import { candidatesOf, createPrefixIndex } from './prefix-index.ts';
import { type Range, SecretSearch } from './search.ts';

/** Replaces a secret in a log or an artifact. */
export const maskText = '[hidden]';
const mask = Buffer.from(maskText);

/**
 * Shorter values are not hidden: replacing every "1" or "qa" would destroy the log and, by the gaps, reveal more. Documented in
 * docs/security.md.
 */
const minLength = 4;

/**
 * How much work a text may take, as `SearchResult.work`, for each of its bytes, and once more for a short one; what follows is hidden. Logs
 * and pages take 0.1 for a byte, PHP with quotes 0.8, and a text that is built for it 1,000. The time for 1 is up to 1.5 µs (measured,
 * Node 20).
 */
const workPerByte = 6;
const burstWork = 80_000;

/** Hides secrets in text and streams of text. */
export interface Redactor {
  text(text: string): string;
  /** The same for a text of any length, which a test may have written so that searching it takes long. */
  textInTurns(text: string): Promise<string>;
  /**
   * Passes on bytes with secrets hidden, also those that are split over chunks. All other bytes stay as they are. The event loop turns
   * while a chunk is searched.
   */
  stream(): Transform;
}

/**
 * Hides these secrets in all the encodings that docs/security.md lists, except those of fewer than 4 characters. The event loop turns
 * meanwhile: a secret takes half a millisecond and 30 kB (measured), and a test module may have thousands.
 */
export async function createRedactor(secrets: readonly string[]): Promise<Redactor> {
  const hidden = [...new Set(secrets.filter((secret) => secret.length >= minLength))];
  const index = createPrefixIndex();
  await mapInTurns(hidden, (secret) => {
    for (const candidate of candidatesOf(secret)) index.add(candidate);
  });
  const search = new SecretSearch(index);
  const redactor: Redactor = {
    text(text) {
      if (hidden.length === 0) return text;
      const bytes = Buffer.from(text);
      const maxWork = burstWork + workPerByte * bytes.length;
      const { ranges } = search.search(bytes, { final: true, maxWork });
      if (ranges.length === 0) return text;
      return Buffer.concat(withMasks(bytes, ranges, 0, bytes.length)).toString();
    },

    async textInTurns(text) {
      if (hidden.length === 0) return text;
      return readText(Readable.from([Buffer.from(text)]).pipe(redactor.stream()));
    },

    stream() {
      /** The end of the text until now, of which the first `passed` bytes were passed on. */
      let text: Buffer = Buffer.alloc(0);
      let passed = 0;
      let allowedWork = burstWork;
      const add = (chunk: Buffer, final: boolean): Buffer[] => {
        text = text.length === 0 ? chunk : Buffer.concat([text, chunk]);
        allowedWork = Math.min(allowedWork, burstWork) + workPerByte * chunk.length;
        const { ranges, holdFrom, contextFrom, work } = search.search(text, { final, maxWork: allowedWork });
        allowedWork -= work;
        let end = Math.max(holdFrom, passed);
        for (const range of ranges) if (range.start < end) end = Math.max(end, range.end);
        const output = withMasks(text, ranges, passed, end);
        const rest = Math.min(contextFrom, end);
        // A copy, so that the chunk is not kept for it.
        text = Buffer.from(text.subarray(rest));
        passed = end - rest;
        return output;
      };
      const eachSlice = createSlicer();
      return new Transform({
        transform(chunk: Buffer, _encoding, done) {
          if (hidden.length === 0) return done(null, chunk);
          const pass = (slice: Buffer) => {
            for (const part of add(slice, false)) this.push(part);
          };
          eachSlice(chunk, pass, done);
        },
        flush(done) {
          if (hidden.length > 0) for (const part of add(Buffer.alloc(0), true)) this.push(part);
          done();
        },
      });
    },
  };
  return redactor;
}

/** Work of so long is followed by a turn of the event loop; a slice that takes longer alone is followed by a smaller one. */
const sliceMs = 5;
/** Text that is built to be slow takes 7 µs a byte and more, other text 7 ns (measured, bench/redaction.ts). */
const [minSliceBytes, firstSliceBytes, maxSliceBytes] = [256, 4 * 1024, 64 * 1024];

/**
 * Returns a function that calls `work` for slices of a chunk, and `done` behind the last one: at once for text that is searched fast.
 * The size of a slice follows the time that the last ones took.
 */
function createSlicer() {
  let sliceBytes = firstSliceBytes;
  return (chunk: Buffer, work: (slice: Buffer) => void, done: (error?: Error) => void): void => {
    const workFrom = (start: number): void => {
      const turnedMs = performance.now();
      for (let at = start; at < chunk.length; ) {
        const end = Math.min(chunk.length, at + sliceBytes);
        const startedMs = performance.now();
        try {
          work(chunk.subarray(at, end));
        } catch (error) {
          done(error as Error);
          return;
        }
        const nowMs = performance.now();
        const tookMs = nowMs - startedMs;
        if (tookMs > sliceMs) sliceBytes = Math.max(minSliceBytes, sliceBytes / 2);
        else if (tookMs < sliceMs / 4) sliceBytes = Math.min(maxSliceBytes, sliceBytes * 2);
        // Many slices that are fast enough each would otherwise follow each other for seconds.
        if (nowMs - turnedMs > sliceMs && end < chunk.length) {
          setImmediate(workFrom, end);
          return;
        }
        at = end;
      }
      done();
    };
    workFrom(0);
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
