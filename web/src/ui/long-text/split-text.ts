/** Shorter texts are never cut: every column has room for so many characters. */
const minLength = 9;
/** At most so many characters at the end, a third of a short text, always stay visible: names of tests differ there. */
const maxTail = 12;

/** The parts of a text of which the first may be cut; `undefined` for a short text. No character is split. */
export function splitText(text: string): { head: string; tail: string } | undefined {
  if (text.length < minLength) return undefined;
  const at = text.length - Math.min(maxTail, Math.floor(text.length / 3));
  // The second half of a character of two code units.
  const isInside = /[\uDC00-\uDFFF]/.test(text.charAt(at));
  const start = isInside ? at + 1 : at;
  return { head: text.slice(0, start), tail: text.slice(start) };
}

/**
 * Copied text of a selection with the parts of cut texts put together again: browsers put a line break between them.
 * `wholes` are the texts in the selection.
 */
export function joinParts(selection: string, wholes: readonly string[]): string {
  let joined = selection;
  for (const whole of wholes) {
    const parts = splitText(whole);
    if (parts) joined = joined.replaceAll(`${parts.head}\n${parts.tail}`, () => whole);
  }
  return joined;
}
