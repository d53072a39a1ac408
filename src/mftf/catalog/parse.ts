import { SaxesParser } from 'saxes';

export interface XmlProblem {
  line: number;
  message: string;
}

/**
 * The callbacks of `parseXml`. `at` is the path of the element, such as `/tests/test/annotations`. White space between elements is
 * not reported.
 */
export interface XmlHandler {
  open(at: string, attributes: Record<string, string>, line: number): void;
  close?(at: string): void;
  text?(at: string, text: string): void;
  comment?(at: string): void;
}

class InvalidXml extends Error {}

/** A path of elements. Each is created once: thousands of elements share a few dozen paths. */
interface Place {
  at: string;
  parent: Place | undefined;
  children: Map<string, Place>;
}

/** Parses a file as a stream. Returns the first problem. Document types and entities are refused: no MFTF file needs them. */
export function parseXml(content: string, root: string, handler: XmlHandler): XmlProblem | undefined {
  const parser = new SaxesParser();
  let place: Place = { at: '', parent: undefined, children: new Map() };
  parser.on('error', (error) => {
    throw new InvalidXml(error.message.replace(/^\d+:\d+: /, ''));
  });
  parser.on('doctype', () => {
    throw new InvalidXml('Document type declarations are not accepted.');
  });
  parser.on('opentag', (tag) => {
    if (place.parent === undefined && tag.name !== root) {
      throw new InvalidXml(`The file must begin with <${root}>, not with <${tag.name}>.`);
    }
    place = below(place, tag.name);
    handler.open(place.at, tag.attributes as Record<string, string>, parser.line);
  });
  parser.on('closetag', () => {
    handler.close?.(place.at);
    place = place.parent ?? place;
  });
  const text = (text: string) => {
    if (text.trim() !== '') handler.text?.(place.at, text);
  };
  parser.on('text', text);
  parser.on('cdata', text);
  parser.on('comment', () => handler.comment?.(place.at));
  try {
    parser.write(content).close();
    return undefined;
  } catch (error) {
    if (!(error instanceof InvalidXml)) throw error;
    return { line: parser.line, message: error.message };
  }
}

function below(parent: Place, name: string): Place {
  const existing = parent.children.get(name);
  if (existing) return existing;
  const place = { at: `${parent.at}/${name}`, parent, children: new Map() };
  parent.children.set(name, place);
  return place;
}
