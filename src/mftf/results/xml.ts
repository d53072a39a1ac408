import { SaxesParser } from 'saxes';
import { Unreadable } from './outcome.ts';
import { printableXml } from './text.ts';

export interface XmlElement {
  name: string;
  attributes: Record<string, string>;
  children: XmlElement[];
  /** All text directly in it, CDATA included. */
  text: string;
}

/** More than any real file needs (Allure 1 has 7); protects recursion from hostile nesting. */
const maxDepth = 64;

/** Parses a complete, well-formed document; returns its root. Throws `Unreadable`, also for document types and entities. */
export function readXml(content: string): XmlElement {
  const parser = new SaxesParser();
  const openElements: XmlElement[] = [];
  let root: XmlElement | undefined;
  const refuse = (message: string) => {
    throw new Unreadable(`line ${parser.line}: ${message}`);
  };
  parser.on('error', (error) => refuse(error.message.replace(/^\d+:\d+: /, '')));
  parser.on('doctype', () => refuse('document types are not accepted'));
  parser.on('opentag', ({ name, attributes }) => {
    if (openElements.length >= maxDepth) refuse('nested too deeply');
    const element: XmlElement = {
      name,
      attributes: attributes as Record<string, string>,
      children: [],
      text: '',
    };
    openElements.at(-1)?.children.push(element);
    root ??= element;
    openElements.push(element);
  });
  parser.on('closetag', () => void openElements.pop());
  const addText = (text: string) => {
    const element = openElements.at(-1);
    if (element) element.text += text;
  };
  parser.on('text', addText);
  parser.on('cdata', addText);
  // MFTF writes the text of pages and exceptions unchanged, with control characters.
  parser.write(printableXml(content)).close();
  return root ?? refuse('no element at all');
}

/** The first child of a name. */
export function child(element: XmlElement, name: string): XmlElement | undefined {
  return element.children.find((candidate) => candidate.name === name);
}

/** The elements at a path such as `a/b/c` below an element. */
export function below(element: XmlElement, path: string): XmlElement[] {
  return path
    .split('/')
    .reduce(
      (matches, name) => matches.flatMap((at) => at.children.filter((one) => one.name === name)),
      [element],
    );
}
