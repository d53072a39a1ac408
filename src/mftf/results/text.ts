import { maxMessageLength } from '../../model/limits.ts';
import { replaceForbiddenInXml } from '../../model/xml-characters.ts';

/** Text of a page or an exception, with U+FFFD for each character that a report or the database cannot hold. */
export function printable(text: string): string {
  return replaceForbiddenInXml(text, '\ufffd');
}

const characterReference = /&#(?:x([0-9a-f]{1,8})|(\d{1,10}));/gi;
const maxCodePoint = 0x10ffff;

/** An XML document with U+FFFD for each character and each reference to one that XML 1.0 does not allow. */
export function printableXml(content: string): string {
  return printable(content).replace(characterReference, (reference, hex?: string, decimal?: string) => {
    const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
    if (code > maxCodePoint) return '\ufffd';
    const character = String.fromCodePoint(code);
    return printable(character) === character ? reference : '\ufffd';
  });
}

/** A message that says at its end that it was cut, if it was too long. */
export function cutMessage(text: string): string {
  if (text.length <= maxMessageLength) return text;
  return `${text.slice(0, maxMessageLength)}\n[matre] The message is cut here: it has ${text.length} characters.`;
}
