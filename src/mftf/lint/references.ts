/** A reference that is written in a test file, such as `{{Section.element('x', Customer.name)}}`. */
export interface WrittenReference {
  name: string;
  /** The part behind the first dot: an element, a field, `url`, the name of a variable. */
  member?: string;
  /** The number of arguments in parentheses; absent without parentheses. */
  argumentCount?: number;
}

const name = /^\s*([A-Za-z_\x80-\uffff][\w\x80-\uffff]*)(?:\.([\w\x80-\uffff][\w\x80-\uffff./[\]-]*))?\s*$/;
/** A text with more is not a step of a test. */
const maxReferences = 1_000;
/** Longer ones are not read, so that the time for a text is linear. */
const maxReferenceLength = 2_000;

/**
 * The references in double braces in a text, and those that are arguments of them. What MFTF resolves while a test runs, such as
 * `$step.field$` and `{$variable}`, is left out, and so are the directives of Magento's pages (`{{widget type="..."}}`).
 */
export function referencesIn(text: string): WrittenReference[] {
  const references: WrittenReference[] = [];
  let at = text.indexOf('{{');
  while (at >= 0 && references.length < maxReferences) {
    const inside = insideOf(text.slice(at + 2, at + 2 + maxReferenceLength));
    const isReference = inside !== undefined && addReference(inside, references);
    at = text.indexOf('{{', at + 2 + (isReference ? inside.length : 0));
  }
  return references;
}

/** The reference of a name with a dot, as an argument of an action group has it; `undefined` for any other text. */
export function bareReference(text: string): WrittenReference | undefined {
  const [, head = '', member] = name.exec(text) ?? [];
  return head === '' ? undefined : { name: head, ...(member !== undefined && { member }) };
}

/** The text up to the end of a reference. Quotes count inside parentheses only. */
function insideOf(text: string): string | undefined {
  let quoted = false;
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (quoted) {
      if (character === '\\') at += 1;
      else if (character === "'") quoted = false;
    } else if (character === "'" && depth > 0) quoted = true;
    else if (character === '(') depth += 1;
    else if (character === ')') depth -= 1;
    else if (character === '}' && text[at + 1] === '}' && depth <= 0) return text.slice(0, at);
  }
  // A quote or a parenthesis is left open.
  const end = text.indexOf('}}');
  return end < 0 ? undefined : text.slice(0, end);
}

/** Adds the reference between two braces. Returns whether it is one. */
function addReference(inside: string, to: WrittenReference[]): boolean {
  const open = inside.indexOf('(');
  const head = bareReference(open < 0 ? inside : inside.slice(0, open));
  if (head === undefined) return false;
  if (open < 0) {
    to.push(head);
    return true;
  }
  const list = splitArguments(inside.slice(open + 1));
  to.push({ ...head, argumentCount: list.length });
  for (const argument of list) {
    const reference = bareReference(argument.replace(/^\s*\{\{|\}\}\s*$/g, ''));
    if (reference !== undefined) to.push(reference);
  }
  return true;
}

/**
 * The arguments up to the closing parenthesis; MFTF ignores a second one. A comma in single quotes, in braces or in further parentheses
 * separates nothing.
 */
function splitArguments(text: string): string[] {
  const list: string[] = [];
  let start = 0;
  let end = text.length;
  let depth = 0;
  let quoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at] as string;
    if (quoted) {
      if (character === '\\') at += 1;
      else if (character === "'") quoted = false;
    } else if (character === "'") quoted = true;
    else if ('({['.includes(character)) depth += 1;
    else if (character === ')' && depth <= 0) {
      end = at;
      break;
    } else if (')}]'.includes(character)) depth -= 1;
    else if (character === ',' && depth <= 0) {
      list.push(text.slice(start, at));
      start = at + 1;
    }
  }
  const last = text.slice(start, end);
  return list.length === 0 && last.trim() === '' ? [] : [...list, last];
}
