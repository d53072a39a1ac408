import { PatchMisfit } from './patch-misfit.ts';
import { assertPatchable } from './patch-path.ts';

/** One hunk of a unified diff. Lines have their line end; the last one of a file may have none. */
export interface Hunk {
  /** Its header, such as `@@ -10,6 +10,7 @@`. */
  header: string;
  /** The index of its first line before and after the patch, from 0. */
  oldStart: number;
  newStart: number;
  oldLines: string[];
  newLines: string[];
  /** It has less context before or after its changes than on the other side, because the file begins or ends there. */
  atStart: boolean;
  atEnd: boolean;
}

/** What a patch changes in a file. */
export interface FileDiff {
  /** Relative to the Magento root. */
  path: string;
  /** Whether the patch adds the file. */
  added: boolean;
  hunks: Hunk[];
}

const maxFiles = 100;
const maxHunks = 1_000;

/** Lines of git about changes that are no text, and what they are. */
const refusedLines: [pattern: RegExp, what: string][] = [
  [/^GIT binary patch/, 'it changes a binary file'],
  [/^Binary files .* differ/, 'it changes a binary file'],
  [/^(?:new file mode|index [0-9a-f]+\.\.[0-9a-f]+) 120000/, 'it makes a symbolic link'],
  [/^deleted file mode /, 'it removes a file'],
  [/^(?:rename|copy) (?:from|to) /, 'it renames or copies a file'],
  [/^(?:old|new) mode /, 'it changes the mode of a file'],
];

const hunkHeader = /^@@ -(\d{1,7})(?:,(\d{1,7}))? \+(\d{1,7})(?:,(\d{1,7}))? @@/;

/**
 * Reads a unified diff as `diff -u` and git write it, with paths relative to the Magento root, also after `a/` and `b/`. Characters
 * are bytes (latin1). Throws a misfit that says where and why it is not understood; it never skips a change.
 */
export function parseDiff(text: string): FileDiff[] {
  if (text.includes('\0')) throw new PatchMisfit('it is binary');
  const lines = text.split('\n');
  const diffs: FileDiff[] = [];
  let hunkCount = 0;
  for (let at = 0; at < lines.length; ) {
    const line = withoutReturn(lines[at] ?? '');
    const where = `line ${at + 1}`;
    const refused = refusedLines.find(([pattern]) => pattern.test(line));
    if (refused) throw new PatchMisfit(`${where}: ${refused[1]}, which is not supported`);
    if (line.startsWith('--- ') && lines[at + 1]?.startsWith('+++ ')) {
      const file = fileOf(line, withoutReturn(lines[at + 1] ?? ''));
      if (diffs.some(({ path }) => path === file.path)) {
        throw new PatchMisfit(`${where}: ${file.path} is there twice`);
      }
      if (diffs.length === maxFiles) throw new PatchMisfit(`it changes more than ${maxFiles} files`);
      diffs.push(file);
      at += 2;
    } else if (line.startsWith('@@')) {
      const file = diffs.at(-1);
      if (!file) throw new PatchMisfit(`${where}: a hunk without the lines --- and +++ of its file`);
      hunkCount += 1;
      if (hunkCount > maxHunks) throw new PatchMisfit(`it has more than ${maxHunks} hunks`);
      const { hunk, end } = readHunk(lines, at, file.added);
      file.hunks.push(hunk);
      at = end;
    } else {
      // Also after a hunk: a changed line that its header does not count must not be lost.
      const isChange = diffs.length > 0 && /^[+-]/.test(line) && line !== '-- ' && line !== '--';
      if (isChange) throw new PatchMisfit(`${where}: more lines than the header of the hunk says`);
      at += 1;
    }
  }
  if (diffs.length === 0) throw new PatchMisfit('it is no unified diff: it has no lines --- and +++');
  const empty = diffs.find(({ hunks }) => hunks.length === 0);
  if (empty) throw new PatchMisfit(`${empty.path} has no hunk`);
  return diffs;
}

/** The file of the two header lines. */
function fileOf(oldLine: string, newLine: string): FileDiff {
  let [from, to] = [nameOf(oldLine), nameOf(newLine)];
  if (to === '/dev/null') throw new PatchMisfit(`it removes ${from}, which is not supported`);
  const added = from === '/dev/null';
  if (to.startsWith('b/') && (added || from.startsWith('a/'))) {
    [from, to] = [from.slice('a/'.length), to.slice('b/'.length)];
  }
  assertPatchable(to);
  if (!added && from !== to) throw new PatchMisfit(`it renames ${from} to ${to}, which is not supported`);
  return { path: to, added, hunks: [] };
}

/** `--- NAME<tab>time` without the time. */
const nameOf = (line: string): string => line.slice('--- '.length).split('\t', 1)[0]?.trimEnd() ?? '';

/** Reads the hunk whose header is at a line. `end` is the index of the line after it. */
function readHunk(lines: string[], start: number, added: boolean): { hunk: Hunk; end: number } {
  const header = withoutReturn(lines[start] ?? '');
  const match = hunkHeader.exec(header);
  if (!match) throw new PatchMisfit(`line ${start + 1}: ${header.slice(0, 100)} is no header of a hunk`);
  const [, oldAt = '', oldCount = '1', newAt = '', newCount = '1'] = match;
  const short = match[0];
  const [oldLines, newLines]: [string[], string[]] = [[], []];
  const isComplete = () => oldLines.length >= Number(oldCount) && newLines.length >= Number(newCount);
  const signs: string[] = [];
  let at = start + 1;
  for (; !isComplete() || lines[at]?.startsWith('\\'); at += 1) {
    const line = lines[at];
    if (line === undefined || (line === '' && at === lines.length - 1)) {
      throw new PatchMisfit(`${short} ends too early`);
    }
    const [sign, rest] = [line.charAt(0), `${line.slice(1)}\n`];
    // Editors remove the blank of an empty context line.
    if (sign === ' ' || line === '' || line === '\r') {
      oldLines.push(line === '\r' ? '\r\n' : rest);
      newLines.push(line === '\r' ? '\r\n' : rest);
      signs.push(' ');
    } else if (sign === '-' || sign === '+') {
      (sign === '-' ? oldLines : newLines).push(rest);
      signs.push(sign);
    } else if (sign === '\\') removeLineEnd(lines[at - 1]?.charAt(0), oldLines, newLines);
    else throw new PatchMisfit(`line ${at + 1}: neither context nor a change of ${short}`);
  }
  if (oldLines.length !== Number(oldCount) || newLines.length !== Number(newCount)) {
    throw new PatchMisfit(`${short} has other numbers of lines than its header says`);
  }
  if (oldLines.length === 0 && !added) throw new PatchMisfit(`${short} has no context, so it has no place`);
  if (oldLines.length > 0 && added) throw new PatchMisfit(`${short} has lines of a file that it adds`);
  const indexOf = (line: string, count: string) => Math.max(0, Number(line) - (count === '0' ? 0 : 1));
  return {
    hunk: {
      header: short,
      oldStart: indexOf(oldAt, oldCount),
      newStart: indexOf(newAt, newCount),
      oldLines,
      newLines,
      ...edgesOf(signs),
    },
    end: at,
  };
}

/** Tells by the context of a hunk whether it is at an edge of its file, as `patch` of GNU does. */
function edgesOf(signs: string[]): Pick<Hunk, 'atStart' | 'atEnd'> {
  const before = signs.findIndex((sign) => sign !== ' ');
  const after = signs.toReversed().findIndex((sign) => sign !== ' ');
  return { atStart: before < after, atEnd: after < before };
}

/** For `\ No newline at end of file` after a line with this sign. */
function removeLineEnd(sign: string | undefined, oldLines: string[], newLines: string[]): void {
  const sides = sign === '-' ? [oldLines] : sign === '+' ? [newLines] : [oldLines, newLines];
  for (const side of sides) {
    const last = side.pop();
    if (last !== undefined) side.push(last.replace(/\n$/, ''));
  }
}

function withoutReturn(line: string): string {
  return line.endsWith('\r') ? line.slice(0, -1) : line;
}
