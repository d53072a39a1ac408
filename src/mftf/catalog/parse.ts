import { SaxesParser } from 'saxes';

export interface XmlProblem {
  line: number;
  message: string;
}

/** What a reader of a file wants to hear. `at` is the path of the element, `/tests/test/annotations` for one. */
export interface XmlHandler {
  open(at: string, attributes: Record<string, string>, line: number): void;
  close?(at: string): void;
  text?(at: string, text: string): void;
  comment?(at: string): void;
}

class NotAccepted extends Error {}

/** Streams through a file. Document types and entities are refused: no MFTF file needs them. */
export function parseXml(content: string, root: string, handler: XmlHandler): XmlProblem | undefined {
  const parser = new SaxesParser();
  let at = '';
  parser.on('error', (error) => {
    throw new NotAccepted(error.message.replace(/^\d+:\d+: /, ''));
  });
  parser.on('doctype', () => {
    throw new NotAccepted('Document type declarations are not accepted.');
  });
  parser.on('opentag', (tag) => {
    if (at === '' && tag.name !== root) {
      throw new NotAccepted(`The file must begin with <${root}>, not with <${tag.name}>.`);
    }
    at += `/${tag.name}`;
    handler.open(at, tag.attributes as Record<string, string>, parser.line);
  });
  parser.on('closetag', () => {
    handler.close?.(at);
    at = at.slice(0, at.lastIndexOf('/'));
  });
  parser.on('text', (text) => handler.text?.(at, text));
  parser.on('cdata', (text) => handler.text?.(at, text));
  parser.on('comment', () => handler.comment?.(at));
  try {
    parser.write(content).close();
    return undefined;
  } catch (error) {
    if (!(error instanceof NotAccepted)) throw error;
    return { line: parser.line, message: error.message };
  }
}
