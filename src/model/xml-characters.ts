/** Characters that XML 1.0 forbids: control characters, lone surrogates, U+FFFE and U+FFFF. */
const forbidden = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu;

/** The text with `replacement` for each character that XML 1.0 forbids. */
export function replaceForbiddenInXml(text: string, replacement: '' | '\ufffd'): string {
  return text.replace(forbidden, replacement);
}
