import type { FileDiff, Hunk } from './parse-diff.ts';
import { PatchMisfit } from './patch-misfit.ts';

/** How far from its line a hunk is looked for, when lines were added or removed above it. */
const maxOffset = 1_000;
/** Compared lines for one file: a second or less. Files of equal lines would need the square of their size. */
const maxComparisons = 5_000_000;

/** `undefined`: the file is as the diff makes it. */
export type PatchedContent = string | undefined;

/**
 * The content of a file with a diff. Characters are bytes (latin1). Context must be equal, but may be at other lines. Where
 * both the lines before and those after the patch are found, those nearer to their place count. `content` is `undefined` when there
 * is no such file. Throws a misfit with the hunk that does not fit.
 */
export function applyDiff(content: string | undefined, { added, hunks }: FileDiff): PatchedContent {
  if (added) return addFile(content, hunks);
  if (content === undefined) throw new PatchMisfit('there is no such file in the image');
  const lines = splitLines(content);
  const budget = { left: maxComparisons };
  const forward = placeHunks(lines, hunks, budget);
  const backward = placeHunks(lines, hunks.map(reversed), budget);
  if (forward.misplaced === undefined) {
    const isDone = backward.misplaced === undefined && backward.offset < forward.offset;
    return isDone ? undefined : replace(lines, hunks, forward.places);
  }
  if (backward.misplaced === undefined) return undefined;
  throw new PatchMisfit(describeMisfit(lines, hunks, forward.misplaced, budget));
}

function addFile(content: string | undefined, hunks: Hunk[]): PatchedContent {
  const added = hunks.flatMap(({ newLines }) => newLines).join('');
  if (content === added) return undefined;
  if (content !== undefined) throw new PatchMisfit('the patch adds this file, and the image has another one');
  return added;
}

interface Placement {
  /** The index of the first line of each hunk. */
  places: number[];
  /** The sum of the distances from the lines that the headers say. */
  offset: number;
  /** The index of the first hunk that does not fit; `undefined` when all do. */
  misplaced: number | undefined;
}

/** Finds the old lines of the hunks, one after the other. */
function placeHunks(lines: string[], hunks: Hunk[], budget: { left: number }): Placement {
  const places: number[] = [];
  let [end, shift, offset] = [0, 0, 0];
  for (const [index, hunk] of hunks.entries()) {
    const place = findHunk(lines, hunk, { near: hunk.oldStart + shift, from: end }, budget);
    if (place === undefined) return { places, offset, misplaced: index };
    offset += Math.abs(place - hunk.oldStart - shift);
    shift = place - hunk.oldStart;
    end = place + hunk.oldLines.length;
    places.push(place);
  }
  return { places, offset, misplaced: undefined };
}

/** The place of the old lines of a hunk; see `findLines`. */
function findHunk(
  lines: string[],
  { oldLines, atStart, atEnd }: Hunk,
  place: { near: number; from: number },
  budget: { left: number },
): number | undefined {
  if (!atStart && !atEnd) return findLines(lines, oldLines, place, budget);
  const only = atStart ? 0 : lines.length - oldLines.length;
  return only >= place.from && isAt(lines, oldLines, only, budget) ? only : undefined;
}

/** The index nearest to `near`, not before `from`, at which these lines are; `undefined`: nowhere. */
function findLines(
  lines: string[],
  sought: string[],
  { near, from }: { near: number; from: number },
  budget: { left: number },
): number | undefined {
  const last = lines.length - sought.length;
  for (let distance = 0; distance <= maxOffset; distance += 1) {
    for (const at of distance === 0 ? [near] : [near - distance, near + distance]) {
      if (at >= from && at <= last && isAt(lines, sought, at, budget)) return at;
    }
  }
  return undefined;
}

function isAt(lines: string[], sought: string[], at: number, budget: { left: number }): boolean {
  for (const [index, line] of sought.entries()) {
    budget.left -= 1;
    if (budget.left < 0) throw new PatchMisfit('its lines are too many and too alike to be found');
    if (lines[at + index] !== line) return false;
  }
  return true;
}

function replace(lines: string[], hunks: Hunk[], places: number[]): string {
  const pieces: string[] = [];
  let end = 0;
  for (const [index, { oldLines, newLines }] of hunks.entries()) {
    const place = places[index] ?? 0;
    for (let at = end; at < place; at += 1) pieces.push(lines[at] ?? '');
    for (const line of newLines) pieces.push(line);
    end = place + oldLines.length;
  }
  for (let at = end; at < lines.length; at += 1) pieces.push(lines[at] ?? '');
  return pieces.join('');
}

const reversed = (hunk: Hunk): Hunk => ({
  ...hunk,
  oldStart: hunk.newStart,
  newStart: hunk.oldStart,
  oldLines: hunk.newLines,
  newLines: hunk.oldLines,
});

/** Names the hunk, and the causes that can be recognised: line ends, or a part that is applied already. */
function describeMisfit(lines: string[], hunks: Hunk[], index: number, budget: { left: number }): string {
  const hunk = hunks[index];
  if (!hunk) return 'a hunk does not fit';
  const name = `hunk ${index + 1} (${hunk.header})`;
  const place = { near: hunk.oldStart, from: 0 };
  const unix = (text: string[]) => text.map((line) => line.replace(/\r\n$/, '\n'));
  if (findLines(unix(lines), unix(hunk.oldLines), place, budget) !== undefined) {
    return `${name} does not fit, because one of patch and file has Windows line ends (CRLF)`;
  }
  if (findLines(lines, hunk.newLines, { ...place, near: hunk.newStart }, budget) !== undefined) {
    return `${name} is applied already, and other hunks are not`;
  }
  return `${name} does not fit`;
}

/** The lines of a text with their line ends. */
function splitLines(text: string): string[] {
  const lines = text.split('\n').map((line) => `${line}\n`);
  const last = lines.pop()?.slice(0, -1);
  return last ? [...lines, last] : lines;
}
