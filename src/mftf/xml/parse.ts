import { SaxesParser } from 'saxes';
import { maxXmlDepth } from '../../model/limits.ts';
import { type Entities, readDoctype } from './doctype.ts';
import { decodeXml } from './encoding.ts';
import { plainXmlEvents } from './plain-xml.ts';
import { isBlank } from './text.ts';

export interface XmlProblem {
  line: number;
  message: string;
}

/**
 * The callbacks of `parseXml`. `at` is the path of the element, such as `/tests/test/annotations`. White space between elements is
 * not reported; a CDATA section always is. A tag ends at `line` and begins at `startLine`; everything else begins at `line`.
 */
export interface XmlHandler {
  open(at: string, attributes: Record<string, string>, line: number, startLine: number): void;
  close?(at: string): void;
  text?(at: string, text: string): void;
  /** A CDATA section; `text` without this function. */
  cdata?(at: string, text: string, line: number): void;
  doctype?(line: number): void;
  /** A processing instruction. */
  instruction?(line: number): void;
  comment?(at: string, text: string, line: number): void;
}

class InvalidXml extends Error {}

/** A path of elements. Each is created once: thousands of elements share a few dozen paths. */
interface Place {
  at: string;
  parent: Place | undefined;
  children: Map<string, Place>;
}

/** Stands for a reference to an entity of the document type. No XML file has this character. */
const entityMark = '\uFFFF';

/**
 * Parses a file as a stream. Returns the first problem. Of document types only the entities count: a reference in an attribute is
 * dropped, as in MFTF, which merges the file into the first one of its kind (measured with 3.8 and 6.0; the first one keeps the values of
 * its entities); MFTF's schemas refuse a reference in the content of an element.
 */
export function parseXml(bytes: Uint8Array, root: string, handler: XmlHandler): XmlProblem | undefined {
  const decoded = decodeXml(bytes);
  if (!('text' in decoded)) return decoded;
  const events = plainXmlEvents(decoded.text, root);
  if (events === undefined) return parseStrictly(decoded.text, root, handler);
  for (const event of events) {
    if (event.kind === 'open') handler.open(event.at, event.attributes, event.line, event.startLine);
    else if (event.kind === 'close') handler.close?.(event.at);
    else if (event.kind === 'comment') handler.comment?.(event.at, event.text, event.line);
    else if (event.kind === 'cdata') onCdata(handler, event);
    else handler.text?.(event.at, event.text);
  }
  return undefined;
}

/** The same for any XML, with the message of what is wrong. */
export function parseStrictly(text: string, root: string, handler: XmlHandler): XmlProblem | undefined {
  const parser = new SaxesParser();
  let place: Place = { at: '', parent: undefined, children: new Map() };
  let depth = 0;
  let startLine = 1;
  parser.on('error', (error) => {
    throw new InvalidXml(error.message.replace(/^\d+:\d+: /, ''));
  });
  const lineOfStart = (text: string) => parser.line - (text.match(/\n/g)?.length ?? 0);
  parser.on('doctype', (doctype) => {
    handler.doctype?.(lineOfStart(doctype));
    acceptEntities(parser, readDoctype(doctype));
  });
  // It comes with the character behind the name, which may be a line break.
  parser.on('opentagstart', () => {
    startLine = parser.column === 0 ? parser.line - 1 : parser.line;
  });
  parser.on('opentag', (tag) => {
    if (place.parent === undefined && tag.name !== root) {
      throw new InvalidXml(`The file must begin with <${root}>, not with <${tag.name}>.`);
    }
    depth += 1;
    // The time for a path grows with its length.
    if (depth > maxXmlDepth) throw new InvalidXml(`Elements are nested more than ${maxXmlDepth} deep.`);
    place = below(place, tag.name);
    const attributes = tag.attributes as Record<string, string>;
    for (const name in attributes) {
      const value = attributes[name] ?? '';
      if (value.includes(entityMark)) attributes[name] = value.replaceAll(entityMark, '');
    }
    handler.open(place.at, attributes, parser.line, startLine);
  });
  parser.on('closetag', () => {
    handler.close?.(place.at);
    depth -= 1;
    place = place.parent ?? place;
  });
  parser.on('text', (text) => {
    if (isBlank(text)) return;
    if (text.includes(entityMark)) {
      throw new InvalidXml('MFTF does not accept entities of a document type in the content of an element.');
    }
    handler.text?.(place.at, text);
  });
  parser.on('processinginstruction', ({ body }) => handler.instruction?.(lineOfStart(body)));
  parser.on('cdata', (text) => onCdata(handler, { at: place.at, text, line: lineOfStart(text) }));
  parser.on('comment', (text) => handler.comment?.(place.at, text, lineOfStart(text)));
  try {
    parser.write(text).close();
    return undefined;
  } catch (error) {
    if (!(error instanceof InvalidXml)) throw error;
    return { line: parser.line, message: error.message };
  }
}

function onCdata(handler: XmlHandler, { at, text, line }: { at: string; text: string; line: number }): void {
  if (handler.cdata) handler.cdata(at, text, line);
  else handler.text?.(at, text);
}

/** Makes the parser accept references to the entities of a document type. */
function acceptEntities(parser: SaxesParser, entities: Entities): void {
  const predefined = parser.ENTITIES;
  parser.ENTITIES = new Proxy(predefined, {
    get(_, name) {
      if (typeof name !== 'string') return undefined;
      const character = predefined[name];
      if (character !== undefined) return character;
      const problem = entities.problemOf(name);
      if (problem !== undefined) throw new InvalidXml(problem);
      return entityMark;
    },
  });
}

function below(parent: Place, name: string): Place {
  const existing = parent.children.get(name);
  if (existing) return existing;
  const place = { at: `${parent.at}/${name}`, parent, children: new Map() };
  parent.children.set(name, place);
  return place;
}
