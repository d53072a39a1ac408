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
   * The first thing of which MFTF makes something else than XML says: it loses references to the entities of a document type and CDATA in
   * data, and refuses CDATA in tests (measured with 3.8 and 6.0).
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
      open.pop();
    },
    text(_, text) {
      const element = open.at(-1);
      if (element) element.text += text;
    },
    cdata(_, text, line) {
      const element = open.at(-1);
      if (element) element.text += text;
      leftToMftf ??= { line, message: 'MFTF reads a CDATA section in a way of its own.' };
    },
    doctype(line) {
      leftToMftf ??= { line, message: 'MFTF reads a document type in a way of its own.' };
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
