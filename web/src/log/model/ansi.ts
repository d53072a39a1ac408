/**
 * Parses a line as a terminal does: its visible text, and the style of each piece. The output of tests is untrusted input, so it
 * becomes text nodes with data attributes from the lists here, never HTML.
 */

/** The colours of the page. White and black map to the text colour of the page, the 256 colours to the nearest of these. */
export const colours = ['red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'grey'] as const;
export type Colour = (typeof colours)[number];

export interface Style {
  readonly text?: Colour;
  readonly background?: Colour;
  readonly bold?: boolean;
  readonly dim?: boolean;
}

export interface Piece {
  text: string;
  style: Style;
}

export const plainStyle: Style = {};

const escapeCharacter = '\u001b';

/** Style sequences (captured), other escape sequences, and control characters except tabs. */
const control =
  /\u001b\[([\d;:]*)m|\u001b\[[\d;:?<=>]*[ -/]*[@-~]|\u001b\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|\u001b[@-_]?|[\u0000-\u0008\u000a-\u001f\u007f-\u009f]/g;

/** The visible text of a line, without what a carriage return overwrote. */
export function visibleText(line: string): string {
  const visible = afterReturn(line);
  return isPlain(visible) ? visible : visible.replace(control, '');
}

/** Splits a line into pieces of one style. `after` is the style at the start of the next line. */
export function readLine(line: string, before: Style = plainStyle): { pieces: Piece[]; after: Style } {
  const visible = afterReturn(line);
  if (isPlain(visible))
    return { pieces: visible === '' ? [] : [{ text: visible, style: before }], after: before };
  const pieces: Piece[] = [];
  let style = before;
  let from = 0;
  const add = (text: string) => {
    const last = pieces.at(-1);
    if (text === '') return;
    if (last?.style === style) last.text += text;
    else pieces.push({ text, style });
  };
  for (const match of visible.matchAll(control)) {
    add(visible.slice(from, match.index));
    from = match.index + match[0].length;
    if (match[1] !== undefined) style = applyCodes(style, match[1]);
  }
  add(visible.slice(from));
  return { pieces, after: style };
}

/** The style after a text, for lines that are not rendered. */
export function styleAfter(text: string, before: Style): Style {
  if (!text.includes(escapeCharacter)) return before;
  let style = before;
  for (const [, parameters] of text.matchAll(control)) {
    if (parameters !== undefined) style = applyCodes(style, parameters);
  }
  return style;
}

export function isPlainStyle(style: Style): boolean {
  return Object.values(style).every((value) => !value);
}

/** True for most lines. */
const isPlain = (line: string): boolean => line.search(control) === -1;

/** Progress output overwrites one line; only the last state is visible. */
function afterReturn(line: string): string {
  const end = line.endsWith('\r') ? line.length - 1 : line.length;
  const start = line.lastIndexOf('\r', end - 1) + 1;
  return start === 0 && end === line.length ? line : line.slice(start, end);
}

/** Applies "Select Graphic Rendition" (ECMA-48). Unknown codes have no effect. */
function applyCodes(style: Style, parameters: string): Style {
  const codes = parameters.split(/[;:]/).map(Number);
  let next: Style = style;
  for (let index = 0; index < codes.length; index += 1) {
    const code = codes[index] ?? 0;
    if (code === 0) next = plainStyle;
    else if (code === 1) next = { ...next, bold: true };
    else if (code === 2) next = { ...next, dim: true };
    else if (code === 22) next = { ...next, bold: false, dim: false };
    else if (code === 38 || code === 48) {
      const { colour, used } = parseExtendedColour(codes.slice(index + 1));
      next = code === 38 ? { ...next, text: colour } : { ...next, background: colour };
      index += used;
    } else if (code === 39) next = { ...next, text: undefined };
    else if (code === 49) next = { ...next, background: undefined };
    else if (code >= 30 && code <= 37) next = { ...next, text: basicColours[code - 30] };
    else if (code >= 40 && code <= 47) next = { ...next, background: basicColours[code - 40] };
    else if (code >= 90 && code <= 97)
      next = { ...next, text: code === 90 ? 'grey' : basicColours[code - 90] };
    else if (code >= 100 && code <= 107)
      next = { ...next, background: code === 100 ? 'grey' : basicColours[code - 100] };
  }
  return next;
}

const basicColours: (Colour | undefined)[] = [
  undefined,
  'red',
  'green',
  'yellow',
  'blue',
  'magenta',
  'cyan',
  undefined,
];

/** Parses an extended colour: `5;n` is one of 256 colours, `2;r;g;b` any colour. `used` counts the parameters. */
function parseExtendedColour(rest: readonly number[]): { colour: Colour | undefined; used: number } {
  if (rest[0] === 2) return { colour: nearest(rest[1] ?? 0, rest[2] ?? 0, rest[3] ?? 0), used: 4 };
  const number = rest[1] ?? 0;
  if (number < 16) return { colour: number === 8 ? 'grey' : basicColours[number % 8], used: 2 };
  if (number >= 232) return { colour: number < 250 ? 'grey' : undefined, used: 2 };
  const part = (divisor: number) => (Math.floor((number - 16) / divisor) % 6) * 51;
  return { colour: nearest(part(36), part(6), part(1)), used: 2 };
}

function nearest(red: number, green: number, blue: number): Colour | undefined {
  const max = Math.max(red, green, blue);
  const min = Math.min(red, green, blue);
  if (max - min < 48) return max > 64 && max < 200 ? 'grey' : undefined;
  const high = (part: number) => part > (max + min) / 2;
  const mix = `${high(red) ? 'r' : ''}${high(green) ? 'g' : ''}${high(blue) ? 'b' : ''}`;
  const colourByMix: Record<string, Colour> = {
    r: 'red',
    g: 'green',
    b: 'blue',
    rg: 'yellow',
    gb: 'cyan',
    rb: 'magenta',
  };
  return colourByMix[mix];
}
