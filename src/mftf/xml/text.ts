/** What `trim` of PHP removes. A non-breaking space, for example, stays. */
const blanks = new Set([' ', '\t', '\n', '\r', '\0', '\v']);

/** Removes blanks from both ends, as PHP does. */
export function trimBlanks(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && blanks.has(text.charAt(start))) start += 1;
  while (end > start && blanks.has(text.charAt(end - 1))) end -= 1;
  return text.slice(start, end);
}

const blankText = /^[ \t\n\r\0\v]*$/;

/** Whether nothing is left of a text after `trimBlanks`. */
export function isBlank(text: string): boolean {
  return blankText.test(text);
}
