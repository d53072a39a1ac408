/** Characters that XML 1.0 forbids: control characters, lone surrogates, U+FFFE and U+FFFF. */
const forbidden = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu;

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

/** Text for the content of an element. */
export function escapeText(text: string): string {
  return text.replace(forbidden, '').replace(/[&<>\r]/g, (character) => entities[character] ?? character);
}

/** `name="value"` for each attribute that has a value, with a blank before each. */
export function attributes(values: Record<string, string | number | undefined>): string {
  return Object.entries(values)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => ` ${name}="${escapeAttribute(String(value))}"`)
    .join('');
}

function escapeAttribute(text: string): string {
  return text
    .replace(forbidden, '')
    .replace(/[&<>"\r\n\t]/g, (character) => entities[character] ?? character);
}
