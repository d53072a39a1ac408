/**
 * A text on one line, as written: control characters, line ends of Unicode, marks that change the direction of text and halves of
 * surrogate pairs are shown as `\u000a`.
 */
export function visible(text: string): string {
  return text.replace(/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_C}]/gu, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}

/** The beginning of a text: at most `max` characters, the last of which is `…` when something was left out. */
export function shorten(text: string, max: number): string {
  // A character has at most two units, so a text of megabytes is not split as a whole.
  const characters = [...text.slice(0, 2 * max + 2)];
  return characters.length > max ? `${characters.slice(0, max - 1).join('')}…` : text;
}
