import { byteTable } from './peek.ts';
import { escapeBytes, isExhausted, type RawSource, type Source } from './sources.ts';

/**
 * So many bytes of the beginning of a longer secret are hidden without the rest. This also keeps the time in proportion to the text: a text
 * that repeats the beginning of a secret costs this much for each byte at most.
 */
export const enoughBytes = 64;

export interface Match {
  /** The position behind the secret, or behind `enoughBytes` of it; -1 without one. */
  end: number;
  /** How many bytes agree up to the end of the text, if more text could continue them; -1 if not. */
  open: number;
}

const isEscapeByte = byteTable(escapeBytes);

/**
 * Compares a source with a secret from a position on. All readings are followed, each state once, until `raw` is exhausted. `isPlain`: the
 * positions are those of the raw text.
 */
export function matchSecret(
  raw: RawSource,
  source: Source,
  start: number,
  secret: Uint8Array,
  isPlain: boolean,
): Match {
  const match: Match = { end: -1, open: -1 };
  let furthest = 0;
  let furthestAt = start;
  let visited: Set<number> | undefined;
  const open: { index: number; at: number }[] = [{ index: 0, at: start }];
  for (let state = open.pop(); state !== undefined; state = open.pop()) {
    let { index, at } = state;
    while (!isExhausted(raw)) {
      if (isPlain) {
        // Most text has no escapes.
        while (index < secret.length && at < raw.length && isEscapeByte[raw.bytes[at] ?? 0] === 0) {
          if (raw.bytes[at] !== secret[index]) break;
          index += 1;
          at += 1;
        }
      }
      if (index > furthest) {
        furthest = index;
        furthestAt = at;
      }
      if (index === secret.length) {
        match.end = Math.max(match.end, at);
        break;
      }
      if (isPlain && at < raw.length && isEscapeByte[raw.bytes[at] ?? 0] === 0) break;
      raw.reachedEnd = false;
      const readings = source.read(at).filter(({ bytes }) => agrees(bytes, secret, index));
      if (raw.reachedEnd) match.open = Math.max(match.open, index);
      const [first, ...others] = readings;
      if (first === undefined) break;
      for (const { bytes, end } of others) {
        visited ??= new Set();
        const key = end * 2 ** 19 + index + bytes.length;
        if (!visited.has(key)) open.push({ index: index + bytes.length, at: end });
        visited.add(key);
      }
      if (visited !== undefined) {
        const key = first.end * 2 ** 19 + index + first.bytes.length;
        if (visited.has(key)) break;
        visited.add(key);
      }
      index += first.bytes.length;
      at = first.end;
    }
  }
  if (match.end < 0 && furthest >= enoughBytes) match.end = furthestAt;
  return match;
}

function agrees(bytes: readonly number[], secret: Uint8Array, index: number): boolean {
  if (bytes.length === 0) return false;
  for (let at = 0; at < bytes.length; at++) if (bytes[at] !== secret[index + at]) return false;
  return true;
}
