import { isPlainStyle, plainStyle, type Style, styleAfter, visibleText } from './ansi.ts';

const defaults = {
  /** What one log may take of the memory of a browser; the server keeps 64 MB of one by default. */
  mostCharacters: 64 * 1024 * 1024,
  /** Browsers draw nothing taller than 17 million pixels (Firefox); a line has 20. */
  mostLines: 500_000,
  /** Text is kept in pieces of about this size, and forgotten in such pieces. */
  pieceCharacters: 256 * 1024,
};

interface Piece {
  text: string;
  /** The number of its first line. */
  first: number;
  /** Where each of its lines begins. */
  starts: Uint32Array | number[];
}

/**
 * The lines of a log that grows, numbered from 1. They are cut out of the text when they are asked for, so 100,000 lines cost
 * their text and four bytes each. When there is more than fits, the oldest are forgotten; the others keep their numbers.
 */
export function createLogModel(options: Partial<typeof defaults> = {}) {
  const { mostCharacters: maxCharacters, mostLines: maxLines, pieceCharacters } = { ...defaults, ...options };
  const pieces: Piece[] = [{ text: '', first: 1, starts: [] }];
  /** Only of lines that do not begin plain: a style that was not ended in the line before. */
  const styles = new Map<number, Style>();
  let characters = 0;
  let last = 0;
  /** The last line has no end yet. */
  let open = false;
  let style: Style = plainStyle;

  const begin = (piece: Piece, at: number) => {
    (piece.starts as number[]).push(at);
    last += 1;
    if (!isPlainStyle(style)) styles.set(last, style);
  };

  const forget = () => {
    for (let first = pieces[0] as Piece; pieces.length > 1; first = pieces[0] as Piece) {
      if (characters <= maxCharacters && last - first.first < maxLines) return;
      characters -= first.text.length;
      pieces.shift();
      for (const line of styles.keys()) {
        if (line >= (pieces[0] as Piece).first) break;
        styles.delete(line);
      }
    }
  };

  const lineOf = (number: number): string => {
    const piece = pieces[pieceAt(pieces, number)];
    if (piece === undefined || number < piece.first || number > last) return '';
    const index = number - piece.first;
    const end = piece.starts[index + 1];
    return piece.text.slice(piece.starts[index], end === undefined ? undefined : end - 1).replace(/\n$/, '');
  };

  return {
    append(text: string): void {
      if (text === '') return;
      const piece = pieces.at(-1) as Piece;
      let at = piece.text.length;
      const end = at + text.length;
      piece.text += text;
      characters += text.length;
      while (at < end) {
        if (!open) begin(piece, at);
        const newline = piece.text.indexOf('\n', at);
        open = newline === -1;
        if (open) break;
        style = styleAfter(piece.text.slice(piece.starts.at(-1), newline), style);
        at = newline + 1;
      }
      if (open || piece.text.length < pieceCharacters) return;
      piece.starts = Uint32Array.from(piece.starts);
      pieces.push({ text: '', first: last + 1, starts: [] });
      forget();
    },

    /** The number of the first line that is still known; greater than `last` while there is none. */
    get first(): number {
      return (pieces[0] as Piece).first;
    },
    get last(): number {
      return last;
    },
    /** The last line that will not grow any more. */
    get lastWhole(): number {
      return open ? last - 1 : last;
    },
    /** As it was written; empty for one that is not known. */
    line: lineOf,
    /** As it is seen, without colours. */
    text: (number: number): string => visibleText(lineOf(number)),
    styleBefore: (number: number): Style => styles.get(number) ?? plainStyle,
  };
}
export type LogModel = ReturnType<typeof createLogModel>;

/** The last piece that begins at this line or before it. */
function pieceAt(pieces: readonly Piece[], line: number): number {
  let low = 0;
  let high = pieces.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((pieces[middle] as Piece).first <= line) low = middle;
    else high = middle - 1;
  }
  return low;
}
