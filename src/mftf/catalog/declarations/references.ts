/**
 * The references in double braces of MFTF's XML, such as `{{Section.element('x', Customer.name)}}`: where they begin and end, and what they
 * are made of. Each question about them is asked of this file: which variables and definitions a text names (catalog, lint), which
 * files a step attaches (closure), and what a Cest has in their place.
 *
 * MFTF has a second rule where it puts the arguments of an action group into its steps, which `putArguments` of the resolver keeps: there
 * a reference with parameters ends at the first `}}`, and here at the first `)}}` (measured with 3.8 to 6.0). The two differ only when
 * parameters have braces or line breaks of their own. Of the catalog, `Part.uses` takes every word of a text with braces for a name, because
 * a missing one would do harm.
 */
export interface Reference {
  /** As it is written, with its braces. */
  source: string;
  name: string;
  /** The part behind the first dot: an element, a field, `url`, the name of a variable. */
  member: string | undefined;
  /** What is between the parentheses, at its commas; `undefined` without parentheses. */
  parameters: string[] | undefined;
}

const identifier = /^\w+$/;
const memberForm = /^[\w.[\]/-]+$/;
/** Longer ones are text, so that the time for a text does not grow with its square. */
const maxReferenceLength = 2_000;

/** Replaces each reference by what `replace` returns for it; `undefined` lets it stay, and what is in it is looked at. */
export function replaceReferences(
  text: string,
  replace: (reference: Reference) => string | undefined,
): string {
  const findEnd = createEndSearch(text);
  let result = '';
  let position = 0;
  for (;;) {
    const start = text.indexOf('{{', position);
    const end = start < 0 ? -1 : findEnd(start);
    if (start < 0 || end < 0) return result + text.slice(position);
    const reference =
      end - start > maxReferenceLength ? undefined : readReference(text.slice(start + 2, end - 2));
    const value = reference && replace(reference);
    if (value === undefined) {
      result += text.slice(position, start + 1);
      position = start + 1;
    } else {
      result += text.slice(position, start) + value;
      position = end;
    }
  }
}

/**
 * Returns a function that finds the place behind the braces which close a reference; parameters may hold braces of their own. It is
 * called with growing places, so that each text is searched once.
 */
function createEndSearch(text: string): (start: number) => number {
  const findClose = createSearch(text, '}}');
  const findBracket = createSearch(text, '(');
  const findCloseOfParameters = createSearch(text, ')}}');
  return (start) => {
    const close = findClose(start);
    if (close < 0) return -1;
    const bracket = findBracket(start);
    if (bracket < 0 || bracket > close) return close + 2;
    const closeOfParameters = findCloseOfParameters(bracket);
    return closeOfParameters < 0 ? close + 2 : closeOfParameters + 3;
  };
}

function createSearch(text: string, what: string): (from: number) => number {
  let at = -1;
  let isAtEnd = false;
  return (from) => {
    if (at < from && !isAtEnd) {
      at = text.indexOf(what, from);
      isAtEnd = at < 0;
    }
    return at;
  };
}

/** The reference that the inside of double braces is; `undefined` for any other text. */
export function readReference(inside: string): Reference | undefined {
  const bracket = inside.indexOf('(');
  const path = bracket < 0 ? inside : inside.slice(0, bracket);
  const dot = path.indexOf('.');
  const name = dot < 0 ? path : path.slice(0, dot);
  const member = dot < 0 ? undefined : path.slice(dot + 1);
  if (!identifier.test(name) || (member !== undefined && !memberForm.test(member))) return undefined;
  const source = `{{${inside}}}`;
  if (bracket < 0) return { source, name, member, parameters: undefined };
  if (!inside.endsWith(')')) return undefined;
  return { source, name, member, parameters: splitParameters(inside.slice(bracket + 1, -1)) };
}

/** Splits at commas outside of single quotes. */
function splitParameters(text: string): string[] {
  const parameters: string[] = [];
  let quoted = false;
  let start = 0;
  for (let index = 0; index < text.length; index += 1) {
    const character = text.charAt(index);
    if (character === "'") quoted = !quoted;
    else if (character === ',' && !quoted) {
      parameters.push(text.slice(start, index));
      start = index + 1;
    }
  }
  parameters.push(text.slice(start));
  return parameters.map((parameter) => parameter.trim());
}

/** What a text names, without the form in which it does. */
export interface NamedReference {
  name: string;
  member?: string;
  /** The number of parameters; absent without parentheses. */
  argumentCount?: number;
}

/** A text with more is not a step of a test. */
const maxReferences = 1_000;

/**
 * What a text names in double braces, and in the parameters of these references. What MFTF resolves while a test runs, such as
 * `$step.field$` and `{$variable}`, is left out, and so are the directives of Magento's pages (`{{widget type="..."}}`).
 */
export function referencesIn(text: string): NamedReference[] {
  const references: NamedReference[] = [];
  replaceReferences(text, ({ name, member, parameters }) => {
    if (references.length >= maxReferences) return '';
    const own = { name, ...(member !== undefined && { member }) };
    if (parameters === undefined) references.push(own);
    else {
      const isEmpty = parameters.length === 1 && parameters[0] === '';
      references.push({ ...own, argumentCount: isEmpty ? 0 : parameters.length });
      for (const parameter of parameters) references.push(...inParameter(parameter));
    }
    return '';
  });
  return references.slice(0, maxReferences);
}

/** What a parameter names. MFTF ignores parentheses and braces around it. */
function inParameter(parameter: string): NamedReference[] {
  let start = 0;
  let end = parameter.length;
  while (parameter.charAt(start) === '(') start += 1;
  while (end > start && parameter.charAt(end - 1) === ')') end -= 1;
  if (parameter.startsWith('{{', start)) start += 2;
  if (parameter.endsWith('}}') && end === parameter.length) end -= 2;
  const reference = bareReference(parameter.slice(start, Math.max(start, end)));
  return reference === undefined ? [] : [reference];
}

const bare = /^\s*([A-Za-z_\x80-\uffff][\w\x80-\uffff]*)(?:\.([\w.[\]/\x80-\uffff-]+))?\s*$/;

/** A name, or a name and its field (`Customer.street[0]`), as arguments and attributes have it; `undefined` for any other text. */
export function bareReference(text: string): NamedReference | undefined {
  const [, name, member] = bare.exec(text) ?? [];
  return name === undefined ? undefined : { name, ...(member !== undefined && { member }) };
}

/**
 * What the value of an argument names without braces: `Customer`, `Section.element`, or `Section.element('x', Customer.name)` with what is
 * in its parameters. An action group puts it into its own braces.
 */
export function bareReferences(value: string): NamedReference[] {
  const reference = bareReference(value);
  if (reference !== undefined) return [reference];
  return value.includes('(') && !value.includes('{{') ? referencesIn(`{{${value.trim()}}}`) : [];
}
