import { parseXml, type XmlProblem } from '../xml/parse.ts';
import { trimBlanks } from '../xml/text.ts';
import type { Origin, XmlElement } from './model.ts';

/** An element that is being read or merged. */
export interface MutableElement extends XmlElement {
  attributes: Record<string, string>;
  children: MutableElement[];
  text: string;
  merges?: readonly Origin[];
}

/** The tag of an XML comment. MFTF makes a step of it, which has no key. */
const commentTag = 'comment';

/** Whether an element is a comment of XML, and not a step `<comment>`. */
export function isComment({ tag, attributes }: XmlElement): boolean {
  return tag === commentTag && attributes['stepKey'] === undefined;
}

/** The content of a file. */
interface ElementsOfFile {
  /** Those below the root, as far as there is no problem. */
  elements: MutableElement[];
  /** The first one. */
  problem: XmlProblem | undefined;
  /**
   * The first thing that MFTF refuses, or of which it makes something else than XML says: it drops references to the entities of a document
   * type, and generates nothing with CDATA or a comment in the text of a step (measured with 3.8 and 6.0).
   */
  leftToMftf: XmlProblem | undefined;
}

/**
 * The elements of a file, with comments as elements of the tag `comment` whose `userInput` is their trimmed text. `file` is its path for
 * the origins.
 */
export function readElements(content: Uint8Array, root: string, file: string): ElementsOfFile {
  const elements: MutableElement[] = [];
  const open: MutableElement[] = [];
  const add = (element: MutableElement) => {
    const parent = open.at(-1);
    if (parent) parent.children.push(element);
    else elements.push(element);
  };
  let isInside = false;
  let leftToMftf: XmlProblem | undefined;
  const leave = (line: number, what: string) => {
    leftToMftf ??= { line, message: `MFTF reads ${what} in a way of its own.` };
  };
  const isData = root === 'entities';
  const problem = parseXml(content, root, {
    open(at, attributes, _, line) {
      if (!isInside) {
        isInside = true;
        return;
      }
      const element: MutableElement = {
        tag: at.slice(at.lastIndexOf('/') + 1),
        attributes,
        children: [],
        text: '',
        origin: { file, line },
      };
      add(element);
      open.push(element);
    },
    close() {
      const element = open.pop();
      if (!isData && element && element.text !== '' && element.children.length > 0) {
        leave(element.origin.line, 'text beside a comment or an element');
      }
    },
    text(_, text) {
      const element = open.at(-1);
      // Of data MFTF takes the first text that is not blank; a comment, CDATA or an instruction ends it (measured with 3.8 and 6.0).
      if (element && !(isData && element.text !== '')) element.text += text;
    },
    cdata(_, __, line) {
      if (!isData) leave(line, 'a CDATA section');
    },
    doctype(line) {
      leave(line, 'a document type');
    },
    instruction(line) {
      if (!isData) leave(line, 'a processing instruction');
    },
    comment(_, text, line) {
      // Only those inside of a declaration may be steps.
      if (open.length === 0) return;
      const attributes = { userInput: trimBlanks(text) };
      add({ tag: commentTag, attributes, children: [], text: '', origin: { file, line } });
    },
  });
  return { elements, problem, leftToMftf };
}

/** The children of an element without its comments. */
export function childrenOf(element: MutableElement | undefined): MutableElement[] {
  return element?.children.filter((child) => !isComment(child)) ?? [];
}
