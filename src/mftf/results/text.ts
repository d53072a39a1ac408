/** What XML and PostgreSQL cannot hold: control characters but tab and line breaks, and two code points that are no characters. */
const unprintable = /[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/g;

/** Text of a page or an exception, with U+FFFD for each character that no report can hold. */
export function printable(text: string): string {
  return text.replace(unprintable, '\ufffd');
}

const characterReference = /&#(?:x([0-9a-f]{1,8})|(\d{1,10}));/gi;

/** An XML document with U+FFFD for each character and each reference to one that XML 1.0 does not allow. */
export function printableXml(content: string): string {
  return printable(content).replace(characterReference, (reference, hex?: string, decimal?: string) => {
    const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
    const allowed =
      code === 0x9 ||
      code === 0xa ||
      code === 0xd ||
      (code >= 0x20 && code <= 0xd7ff) ||
      (code >= 0xe000 && code <= 0xfffd) ||
      (code >= 0x10000 && code <= 0x10ffff);
    return allowed ? reference : '\ufffd';
  });
}
