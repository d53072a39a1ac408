/**
 * What terminals show of a line: its visible text, and in which colour each piece of it is. Output of tests is outside input:
 * it becomes text nodes with class names out of the lists here, never HTML.
 */

/** The colours that the page has for it. White and black are the text of the page; the 256 colours come down to these. */
export const colours = ['red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'grey'] as const;
export type Colour = (typeof colours)[number];

export interface Style {
  readonly text?: Colour;
  readonly ground?: Colour;
  readonly bold?: boolean;
  readonly dim?: boolean;
}

export interface Piece {
  text: string;
  style: Style;
}

export const plainStyle: Style = {};

const escapeCharacter = '\u001b';

/** Sequences that change a style, all others that a terminal acts on, and control characters, but not tabs. */
const control =
  /\u001b\[([\d;:]*)m|\u001b\[[\d;:?<=>]*[ -/]*[@-~]|\u001b\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|\u001b[@-_]?|[\u0000-\u0008\u000a-\u001f\u007f-\u009f]/g;

/** The text that is seen. What a carriage return overwrote is gone. */
export function visibleText(line: string): string {
  const left = afterReturn(line);
  return isPlain(left) ? left : left.replace(control, '');
}

/** The line in pieces of one style, and the style that the next line begins with. */
export function readLine(line: string, before: Style = plainStyle): { pieces: Piece[]; after: Style } {
  const left = afterReturn(line);
  if (isPlain(left)) return { pieces: left === '' ? [] : [{ text: left, style: before }], after: before };
  const pieces: Piece[] = [];
  let style = before;
  let from = 0;
  const add = (text: string) => {
    const last = pieces.at(-1);
    if (text === '') return;
    if (last?.style === style) last.text += text;
    else pieces.push({ text, style });
  };
  for (const found of left.matchAll(control)) {
    add(left.slice(from, found.index));
    from = found.index + found[0].length;
    if (found[1] !== undefined) style = changed(style, found[1]);
  }
  add(left.slice(from));
  return { pieces, after: style };
}

/** The style after a piece of text, for when nothing of it is shown. */
export function styleAfter(text: string, before: Style): Style {
  if (!text.includes(escapeCharacter)) return before;
  let style = before;
  for (const [, parameters] of text.matchAll(control)) {
    if (parameters !== undefined) style = changed(style, parameters);
  }
  return style;
}

export function isPlainStyle(style: Style): boolean {
  return Object.values(style).every((value) => !value);
}

/** Most lines are. */
const isPlain = (line: string): boolean => line.search(control) === -1;

/** Progress is written over and over in one line; the last of it counts. */
function afterReturn(line: string): string {
  const end = line.endsWith('\r') ? line.length - 1 : line.length;
  const start = line.lastIndexOf('\r', end - 1) + 1;
  return start === 0 && end === line.length ? line : line.slice(start, end);
}

/** ECMA-48, "Select Graphic Rendition". What is not known changes nothing. */
function changed(style: Style, parameters: string): Style {
  const codes = parameters.split(/[;:]/).map(Number);
  let next: Style = style;
  for (let index = 0; index < codes.length; index += 1) {
    const code = codes[index] ?? 0;
    if (code === 0) next = plainStyle;
    else if (code === 1) next = { ...next, bold: true };
    else if (code === 2) next = { ...next, dim: true };
    else if (code === 22) next = { ...next, bold: false, dim: false };
    else if (code === 38 || code === 48) {
      const { colour, used } = extended(codes.slice(index + 1));
      next = code === 38 ? { ...next, text: colour } : { ...next, ground: colour };
      index += used;
    } else if (code === 39) next = { ...next, text: undefined };
    else if (code === 49) next = { ...next, ground: undefined };
    else if (code >= 30 && code <= 37) next = { ...next, text: named[code - 30] };
    else if (code >= 40 && code <= 47) next = { ...next, ground: named[code - 40] };
    else if (code >= 90 && code <= 97) next = { ...next, text: code === 90 ? 'grey' : named[code - 90] };
    else if (code >= 100 && code <= 107)
      next = { ...next, ground: code === 100 ? 'grey' : named[code - 100] };
  }
  return next;
}

const named: (Colour | undefined)[] = [
  undefined,
  'red',
  'green',
  'yellow',
  'blue',
  'magenta',
  'cyan',
  undefined,
];

/** `5;n`: one of 256 colours; `2;r;g;b`: any colour. */
function extended(rest: readonly number[]): { colour: Colour | undefined; used: number } {
  if (rest[0] === 2) return { colour: nearest(rest[1] ?? 0, rest[2] ?? 0, rest[3] ?? 0), used: 4 };
  const number = rest[1] ?? 0;
  if (number < 16) return { colour: number === 8 ? 'grey' : named[number % 8], used: 2 };
  if (number >= 232) return { colour: number < 250 ? 'grey' : undefined, used: 2 };
  const part = (divisor: number) => (Math.floor((number - 16) / divisor) % 6) * 51;
  return { colour: nearest(part(36), part(6), part(1)), used: 2 };
}

function nearest(red: number, green: number, blue: number): Colour | undefined {
  const most = Math.max(red, green, blue);
  const least = Math.min(red, green, blue);
  if (most - least < 48) return most > 64 && most < 200 ? 'grey' : undefined;
  const high = (part: number) => part > (most + least) / 2;
  const mix = `${high(red) ? 'r' : ''}${high(green) ? 'g' : ''}${high(blue) ? 'b' : ''}`;
  const of: Record<string, Colour> = {
    r: 'red',
    g: 'green',
    b: 'blue',
    rg: 'yellow',
    gb: 'cyan',
    rb: 'magenta',
  };
  return of[mix];
}
