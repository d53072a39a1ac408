/** Truncates text to a number of characters, with an ellipsis at the end. */
export function truncate(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`;
}

/** The same with the ellipsis in the middle: names of tests and environments often differ only at their end. */
export function truncateMiddle(text: string, width: number): string {
  if (text.length <= width) return text;
  const kept = Math.max(0, width - 1);
  const end = Math.floor(kept / 2);
  return `${text.slice(0, kept - end)}…${end === 0 ? '' : text.slice(-end)}`;
}

/** A longer text between quotes is no value that is worth a line of its own. */
const maxValue = 60;

/** The places of the blanks in a text that are not within a quoted value. */
function blanksOutsideValues(text: string): number[] {
  const blanks: number[] = [];
  for (let index = 0; index < text.length; index += 1) {
    const character = text[index];
    const opens = (character === '"' || character === "'") && !/\w/.test(text[index - 1] ?? '');
    if (opens) {
      const length = text.slice(index + 1, index + 2 + maxValue).indexOf(character);
      if (length !== -1) index += length + 1;
    } else if (character === ' ') blanks.push(index);
  }
  return blanks;
}

/**
 * Splits text at blanks into lines of at most `width` characters. A longer word has a line of its own, so that it can be copied; so has
 * a quoted value.
 */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let start = 0;
  let end: number | undefined;
  for (const blank of [...blanksOutsideValues(text), text.length]) {
    if (end !== undefined && blank - start > width) {
      lines.push(text.slice(start, end));
      start = end + 1;
    }
    end = blank;
  }
  return [...lines, text.slice(start)];
}

/**
 * The beginning of a text of one line, at most `max` characters long. It ends before a word or a quoted value that would be cut, unless
 * that would leave less than half of the room.
 */
export function beginningOf(text: string, max: number): string {
  if (text.length <= max) return text;
  const isKept = (blank: number) => blank < max && blank >= max / 2;
  // A quoted value is looked for beyond the end, where it may close.
  const whole = blanksOutsideValues(text.slice(0, max + maxValue + 2)).findLast(isKept);
  const kept = text.slice(0, whole ?? Math.max(0, max - 1));
  return `${kept.trimEnd()}…`;
}
