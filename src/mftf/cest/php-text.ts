/**
 * Text in which expressions of PHP stand: each as a mark between NUL characters, which no XML can hold, so that lists and arguments can be
 * taken apart without reading PHP.
 */
export class PhpText {
  readonly #expressions: string[] = [];
  readonly #marks = new Map<string, string>();

  /** The mark of an expression, to be put into a text. */
  mark(expression: string): string {
    const existing = this.#marks.get(expression);
    if (existing !== undefined) return existing;
    const mark = `\0${this.#expressions.length}\0`;
    this.#expressions.push(expression);
    this.#marks.set(expression, mark);
    return mark;
  }

  /** The marked expressions of a text. */
  expressionsIn(text: string): string[] {
    return text
      .split('\0')
      .flatMap((part, index) => (index % 2 === 1 ? (this.#expressions[Number(part)] ?? []) : []));
  }

  /** A text as an expression: quoted parts and marked expressions, joined by dots. */
  quote(text: string): string {
    // Most texts have no expression.
    if (!hasMark(text)) return `"${escapeQuotes(text)}"`;
    const parts: string[] = [];
    text.split('\0').forEach((part, index) => {
      if (index % 2 === 1) parts.push(this.#expressions[Number(part)] as string);
      else if (part !== '') parts.push(`"${escapeQuotes(part)}"`);
    });
    return parts.join(' . ');
  }

  /** A text as PHP source: marked expressions are put in, the rest is unchanged. */
  raw(text: string): string {
    return text
      .split('\0')
      .map((part, index) => (index % 2 === 1 ? (this.#expressions[Number(part)] as string) : part))
      .join('');
  }
}

/** Whether a text holds a marked expression. */
export function hasMark(text: string): boolean {
  return text.includes('\0');
}

/** Text for the inside of double quotes; a variable in braces stays one. */
function escapeQuotes(text: string): string {
  return text.replaceAll('"', '\\"');
}

/** The variable that a text consists of, without its braces; MFTF takes no name with one letter or a `_` for one. */
export function variableOf(text: string): string | undefined {
  return text.startsWith('{$') ? /^\{(\$[A-Za-z][A-Za-z\d]+)\}$/.exec(text)?.[1] : undefined;
}
