/** What is before the content of a file in the answer of a Grid. Within a string every quotation mark has a backslash before it. */
const key = /(?<!\\)"contents"\s*:\s*"/;
/** Longer than what `key` matches; a blank between its parts is not more than a few characters long. */
const keyLength = 64;

/** More than `maxBytes` of content. */
export class ContentTooLarge extends Error {}

/**
 * Decodes the field `contents` of an answer as it arrives: `{"value":{"filename":"...","contents":"BASE64"}}`. As JSON the largest answer
 * would keep the event loop from turning for a second, and a hostile one for many. `undefined` without the field. Errors:
 * ContentTooLarge, and those of `chunks`.
 */
export async function decodeContents(
  chunks: AsyncIterable<Uint8Array>,
  maxBytes: number,
): Promise<Buffer | undefined> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  /** The end of the text before the content, and then what is not decoded yet: less than four digits, or a part of an escape. */
  let rest = '';
  let isInside = false;
  for await (const chunk of chunks) {
    let text = rest + Buffer.from(chunk).toString('latin1');
    if (!isInside) {
      const match = key.exec(text);
      rest = text.slice(-keyLength);
      if (!match) continue;
      isInside = true;
      text = text.slice(match.index + match[0].length);
    }
    const end = text.indexOf('"');
    const { digits, left } = digitsIn(end < 0 ? text : text.slice(0, end), end >= 0);
    rest = left;
    const piece = Buffer.from(digits, 'base64');
    bytes += piece.length;
    if (bytes > maxBytes) throw new ContentTooLarge();
    pieces.push(piece);
    if (end >= 0) return Buffer.concat(pieces);
  }
  return undefined;
}

/** The digits of base64 in a part of a JSON string, in whole groups of four unless it is the last part; what is left is for the next part. */
function digitsIn(text: string, isLast: boolean): { digits: string; left: string } {
  const partOfEscape = isLast ? '' : (/\\(?:u[\da-f]{0,3})?$/i.exec(text)?.[0] ?? '');
  const digits = text
    .slice(0, text.length - partOfEscape.length)
    .replace(/\\(?:u([\da-f]{4})|(.))/gi, (_, code, character) =>
      code ? String.fromCharCode(Number.parseInt(code, 16)) : character === '/' ? '/' : '',
    )
    .replace(/[^A-Za-z0-9+/=]/g, '');
  const whole = isLast ? digits.length : digits.length - (digits.length % 4);
  return { digits: digits.slice(0, whole), left: digits.slice(whole) + partOfEscape };
}
