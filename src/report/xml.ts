import { replaceForbiddenInXml } from '../model/xml-characters.ts';

const entities: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  // Parsers convert these to blanks or line feeds unless they are written as numbers.
  '\r': '&#13;',
  '\n': '&#10;',
  '\t': '&#9;',
};

/** Text without the characters that XML forbids, for every report. */
export const plainText = (text: string): string => replaceForbiddenInXml(text, '');

/** Text for the content of an element. */
export function escapeText(text: string): string {
  return plainText(text).replace(/[&<>\r]/g, (character) => entities[character] ?? character);
}

/** `name="value"` for each attribute that has a value, with a blank before each. */
export function attributes(values: Record<string, string | number | undefined>): string {
  return Object.entries(values)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => ` ${name}="${escapeAttribute(String(value))}"`)
    .join('');
}

function escapeAttribute(text: string): string {
  return plainText(text).replace(/[&<>"\r\n\t]/g, (character) => entities[character] ?? character);
}
