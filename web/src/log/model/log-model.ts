import { isPlainStyle, plainStyle, type Style, styleAfter, visibleText } from './ansi.ts';

const defaults = {
  /** Limits the memory of the browser; the server keeps 64 MB per log by default. */
  maxCharacters: 64 * 1024 * 1024,
  /** Firefox renders nothing taller than 17 million pixels; a line has 20. */
  maxLines: 500_000,
  /** The approximate size of a piece, the unit of storage and removal. */
  pieceCharacters: 256 * 1024,
};

interface Piece {
  text: string;
  /** The number of its first line. */
  first: number;
  /** The start offset of each line. */
  starts: Uint32Array | number[];
}

/**
 * The lines of a growing log, numbered from 1. Lines are sliced from the text on demand, so each costs its text and four bytes.
 * Above the limits the oldest lines are dropped; the others keep their numbers.
 */
export function createLogModel(options: Partial<typeof defaults> = {}) {
  const { maxCharacters, maxLines, pieceCharacters } = { ...defaults, ...options };
  const pieces: Piece[] = [{ text: '', first: 1, starts: [] }];
  /** The initial styles of lines that inherit one from the line before. */
  const styles = new Map<number, Style>();
  let characters = 0;
  let last = 0;
  /** The last line is incomplete. */
  let open = false;
  let style: Style = plainStyle;

  const startLine = (piece: Piece, at: number) => {
    (piece.starts as number[]).push(at);
    last += 1;
    if (!isPlainStyle(style)) styles.set(last, style);
  };

  const dropOldest = () => {
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
        if (!open) startLine(piece, at);
        const newline = piece.text.indexOf('\n', at);
        open = newline === -1;
        if (open) break;
        style = styleAfter(piece.text.slice(piece.starts.at(-1), newline), style);
        at = newline + 1;
      }
      if (open || piece.text.length < pieceCharacters) return;
      piece.starts = Uint32Array.from(piece.starts);
      pieces.push({ text: '', first: last + 1, starts: [] });
      dropOldest();
    },

    /** The number of the first line that is still stored; greater than `last` while there is none. */
    get first(): number {
      return (pieces[0] as Piece).first;
    },
    get last(): number {
      return last;
    },
    /** The last complete line. */
    get lastComplete(): number {
      return open ? last - 1 : last;
    },
    /** The raw line; empty when it is not stored. */
    line: lineOf,
    /** The visible text, without escape sequences. */
    text: (number: number): string => visibleText(lineOf(number)),
    styleBefore: (number: number): Style => styles.get(number) ?? plainStyle,
  };
}
export type LogModel = ReturnType<typeof createLogModel>;

/** The index of the last piece that starts at or before this line. */
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
