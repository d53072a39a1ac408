import { maxXmlDepth } from '../../model/limits.ts';
import { isBlank } from './text.ts';

/** What an XML file has, in its order; see `XmlHandler`. */
type XmlEvent =
  | { kind: 'open'; at: string; attributes: Record<string, string>; line: number; startLine: number }
  | { kind: 'close'; at: string }
  | { kind: 'text'; at: string; text: string }
  | { kind: 'cdata'; at: string; text: string; line: number }
  | { kind: 'comment'; at: string; text: string; line: number };

/** The events of a file are kept until its end; the largest one of Magento 2.4.4 has 76 kB. */
const maxLength = 1_000_000;
/** What a strict parser must look at: control characters, line ends of other systems, halves of characters, no characters. */
const unusual = /[\0-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]/;
const declaration =
  /<\?xml version="1\.0"(?: encoding="[A-Za-z][\w.-]*")?(?: standalone="(?:yes|no)")?[ \n\t]*\?>/y;
const tagStart = /<([A-Za-z_][\w.-]*)/y;
const attribute = /[ \n\t]+([A-Za-z_][\w.:-]*)[ \n\t]*=[ \n\t]*(?:"([^"<]*)"|'([^'<]*)')/y;
const tagEnd = /[ \n\t]*(\/?)>/y;
const closingTag = /<\/([A-Za-z_][\w.-]*)[ \n\t]*>/y;
const entity = /&(lt|gt|amp|quot|apos);/g;
const characters: Record<string, string> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

/**
 * The events of a file in plain, well-formed XML; `undefined` for any other file, of which only a strict parser can say whether it is wrong,
 * and how: with document types, processing instructions, references to characters, or names that are not ASCII. Of the 8,060 files of
 * Magento 2.4.4, 8,053 are plain, and this takes a quarter of the time of saxes (0.5 s instead of 2.1 s for all).
 */
export function plainXmlEvents(text: string, root: string): XmlEvent[] | undefined {
  if (text.length > maxLength || unusual.test(text)) return undefined;
  const events: XmlEvent[] = [];
  /** The paths of the open elements. */
  const open: string[] = [];
  const lineOf = createLineCount(text);
  let position = matchAt(declaration, text, 0)?.[0].length ?? 0;
  let hasRoot = false;
  while (position < text.length) {
    const at = open.at(-1) ?? '';
    if (text.charCodeAt(position) !== 60) {
      const end = text.indexOf('<', position);
      const source = text.slice(position, end < 0 ? undefined : end);
      position += source.length;
      if (isBlank(source)) continue;
      const content = source.includes(']]>') ? undefined : withCharacters(source);
      if (at === '' || content === undefined) return undefined;
      events.push({ kind: 'text', at, text: content });
    } else if (text.startsWith('<!--', position)) {
      const end = text.indexOf('--', position + 4);
      if (end < 0 || text[end + 2] !== '>') return undefined;
      events.push({ kind: 'comment', at, text: text.slice(position + 4, end), line: lineOf(position) });
      position = end + 3;
    } else if (text.startsWith('<![CDATA[', position)) {
      const end = text.indexOf(']]>', position);
      if (end < 0 || at === '') return undefined;
      events.push({ kind: 'cdata', at, text: text.slice(position + 9, end), line: lineOf(position) });
      position = end + 3;
    } else if (text.charCodeAt(position + 1) === 47) {
      const [tag, name] = matchAt(closingTag, text, position) ?? [];
      if (tag === undefined || name === undefined || !at.endsWith(`/${name}`)) return undefined;
      open.pop();
      events.push({ kind: 'close', at });
      position += tag.length;
    } else {
      const tag = readTag(text, position);
      const isOther = at === '' && (hasRoot || tag?.name !== root);
      if (tag === undefined || isOther || open.length === maxXmlDepth) return undefined;
      hasRoot = true;
      const below = `${at}/${tag.name}`;
      const startLine = lineOf(position);
      position = tag.end;
      const line = lineOf(position);
      events.push({ kind: 'open', at: below, attributes: tag.attributes, line, startLine });
      if (tag.isEmpty) events.push({ kind: 'close', at: below });
      else open.push(below);
    }
  }
  return hasRoot && open.length === 0 ? events : undefined;
}

function readTag(text: string, start: number) {
  const name = matchAt(tagStart, text, start)?.[1];
  if (name === undefined) return undefined;
  const attributes: Record<string, string> = Object.create(null);
  let end = start + 1 + name.length;
  for (let match = matchAt(attribute, text, end); match !== null; match = matchAt(attribute, text, end)) {
    const [source, key = '', quoted, single = ''] = match;
    const value = withCharacters((quoted ?? single).replace(/[\n\t]/g, ' '));
    if (value === undefined || key in attributes) return undefined;
    attributes[key] = value;
    end += source.length;
  }
  const closing = matchAt(tagEnd, text, end);
  if (closing === null) return undefined;
  return { name, attributes, isEmpty: closing[1] === '/', end: end + closing[0].length };
}

/** A text with the predefined entities replaced; `undefined` for one with others, or with a lonely `&`. */
function withCharacters(text: string): string | undefined {
  if (!text.includes('&')) return text;
  if (/&(?!(?:lt|gt|amp|quot|apos);)/.test(text)) return undefined;
  return text.replace(entity, (_, name: string) => characters[name] ?? '');
}

function matchAt(pattern: RegExp, text: string, position: number): RegExpExecArray | null {
  pattern.lastIndex = position;
  return pattern.exec(text);
}

/** Returns a function that says in which line a place is, for growing places. */
function createLineCount(text: string): (position: number) => number {
  let line = 1;
  let next = text.indexOf('\n');
  return (position) => {
    while (next >= 0 && next < position) {
      line += 1;
      next = text.indexOf('\n', next + 1);
    }
    return line;
  };
}
