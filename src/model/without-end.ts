/**
 * A text without the characters `end` that it ends with. No pattern: one such as `/=+$/` takes quadratic time for `===...x`, and values of a
 * test module have up to 128 KiB.
 */
export function withoutEnd(text: string, end: string): string {
  let length = text.length;
  while (length > 0 && text[length - 1] === end) length -= 1;
  return text.slice(0, length);
}
