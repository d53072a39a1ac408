import iconv from 'iconv-lite';

/** The first bytes of a file that decide how its declaration is read: with or without a byte order mark. */
const signatures: { bytes: number[]; skip: number; unit: Unit }[] = [
  { bytes: [0xef, 0xbb, 0xbf], skip: 3, unit: 'byte' },
  { bytes: [0xfe, 0xff], skip: 2, unit: 'utf-16be' },
  { bytes: [0xff, 0xfe], skip: 2, unit: 'utf-16le' },
  { bytes: [0x00, 0x3c, 0x00, 0x3f], skip: 0, unit: 'utf-16be' },
  { bytes: [0x3c, 0x00, 0x3f, 0x00], skip: 0, unit: 'utf-16le' },
  { bytes: [0x00, 0x00, 0x00, 0x3c], skip: 0, unit: 'utf-32be' },
  { bytes: [0x3c, 0x00, 0x00, 0x00], skip: 0, unit: 'utf-32le' },
];
type Unit = 'byte' | 'utf-16be' | 'utf-16le' | 'utf-32be' | 'utf-32le';

const declaration = /^<\?xml\s[^>]{0,200}?\bencoding\s*=\s*(["'])([A-Za-z][\w.:-]{0,60})\1/;
const wideEncoding = /^(?:utf-?16|utf-?32|ucs-?[24]|iso-10646-ucs-[24])(?:be|le)?$/i;
/** Encodings of iconv-lite that are none of a text. */
const internalEncodings = new Set(['base64', 'hex', 'binary', 'internal', 'utf7imap']);

/**
 * The text of an XML file, or what is wrong with its bytes. Byte order mark and declaration count as they do for libxml 2.9
 * (measured through MFTF 3.8): without them the text is UTF-8, and a byte that the encoding does not have is an error.
 */
export function decodeXml(bytes: Uint8Array): { text: string } | { line: number; message: string } {
  const { skip, unit } = signatures.find((one) => one.bytes.every((byte, at) => bytes[at] === byte)) ?? {
    skip: 0,
    unit: 'byte',
  };
  const content = bytes.subarray(skip);
  const start = Buffer.from(content.subarray(0, 1_024));
  const beginning = unit === 'byte' ? start.toString('latin1') : iconv.decode(start, unit);
  const declared = declaration.exec(beginning)?.[2];
  if (unit !== 'byte') return decodeWide(content, unit, declared);
  if (declared === undefined || /^utf-?8$/i.test(declared)) return decodeUtf8(content);
  if (wideEncoding.test(declared)) {
    return { line: 1, message: `The file declares ${declared}, but its content has single bytes.` };
  }
  if (!iconv.encodingExists(declared) || internalEncodings.has(declared.toLowerCase())) {
    return { line: 1, message: `The encoding ${declared} is unknown. Store the file as UTF-8.` };
  }
  return checked(iconv.decode(content, declared), declared);
}

function decodeWide(
  content: Uint8Array,
  unit: Unit,
  declared: string | undefined,
): ReturnType<typeof decodeXml> {
  const bits = unit.slice('utf-'.length, 'utf-16'.length);
  const neutral = bits === '16' ? /^utf-?(?:16|8)$/i : /^(?:utf-?32|ucs-?4|iso-10646-ucs-4)$/i;
  if (declared !== undefined && !neutral.test(declared) && declared.toLowerCase() !== unit) {
    return { line: 1, message: `The file declares ${declared}, but it is ${unit.toUpperCase()}.` };
  }
  if (bits === '32') return checked(iconv.decode(content, unit), unit);
  try {
    return { text: new TextDecoder(unit, { fatal: true }).decode(content) };
  } catch {
    return { line: 1, message: `The file is not valid ${unit.toUpperCase()}.` };
  }
}

function decodeUtf8(content: Uint8Array): ReturnType<typeof decodeXml> {
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(content) };
  } catch {
    return checked(new TextDecoder('utf-8').decode(content), 'UTF-8');
  }
}

/** Decoders write U+FFFD for bytes that the encoding does not have. */
function checked(text: string, encoding: string): ReturnType<typeof decodeXml> {
  const at = text.indexOf('\uFFFD');
  if (at < 0) return { text };
  const line = text.slice(0, at).split('\n').length;
  return {
    line,
    message: `The file is not valid ${encoding}. Declare its encoding in the first line, or store it as UTF-8.`,
  };
}
