/**
 * A text on one line, as written: control characters, line ends of Unicode, marks that change the direction of text and halves of
 * surrogate pairs are shown as `\u000a`.
 */
export function visible(text: string): string {
  return text.replace(/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_C}]/gu, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}

/**
 * Characters that nobody sees, or that change the direction of text: what a text with them says is not what people read. Not among them are
 * joiners (U+200C, U+200D) and variation selectors, without which emoji, Japanese names and some languages cannot be written. Tags
 * (U+E0000 to U+E007F) are: they can hide a whole sentence, and only the flags of three regions need them.
 */
const hidden =
  /(?!\u200c|\u200d|[\u180b-\u180d\u180f\ufe00-\ufe0f\u{e0100}-\u{e01ef}])[\p{Bidi_C}\p{DI}\u2800\ufff9-\ufffb]/u;

/** The first character of a text that is invisible or changes the direction of text, such as `U+202E`; `undefined` without one. */
export function hiddenCharacter(text: string): string | undefined {
  const point = hidden.exec(text)?.[0].codePointAt(0);
  return point === undefined ? undefined : `U+${point.toString(16).toUpperCase().padStart(4, '0')}`;
}

/** The beginning of a text: at most `max` characters, the last of which is `…` when something was left out. */
export function shorten(text: string, max: number): string {
  // A character has at most two units, so a text of megabytes is not split as a whole.
  const characters = [...text.slice(0, 2 * max + 2)];
  return characters.length > max ? `${characters.slice(0, max - 1).join('')}…` : text;
}
