import { type LocalClone, outputOf } from './commit-differences.ts';
import { type DatedCommit, maxCommitTextLength } from './commit-range.ts';

/** The commit that changed an element of XML last. */
export interface ElementChange {
  commit: DatedCommit;
  /** When it was committed, which orders changes; `commit.at`, when it was written, may be long before. */
  committedAt: Date;
  /** Commits after it, up to the one that was asked about: 0 when that one changed the element. */
  commitsAgo: number;
  /** Its history is cut off there, as in a shallow clone: the element may be older. */
  isBoundary: boolean;
}

/** Where an element of XML begins. */
export interface ElementPlace {
  path: string;
  line: number;
}

/** Of an element with more lines the first ones are looked at. */
const maxLines = 100;
/** Lines of a file, and subjects of their commits, may have any length. */
const maxOutputBytes = 256 * 1024;

/**
 * The commit that changed one of some elements last, as of a commit of a clone, and the index of that element; blanks do not count.
 * `undefined` when the clone has not both the commit and one of the elements, or not in time. Errors: DISK_FULL.
 */
export async function readElementChange(
  clone: LocalClone,
  { commit, places }: { commit: string; places: readonly ElementPlace[] },
): Promise<(ElementChange & { index: number }) | undefined> {
  // A machine has a clone for each repository, and most do not have the commit: they are asked once, and not for each element.
  const present = await outputOf(clone.git, clone.inRepository('cat-file', '-e', `${commit}^{commit}`));
  if (present === undefined) return undefined;
  /** The commits of the newest second, by their ids: a rebase writes many in one. */
  const newest = new Map<string, { line: BlamedLine; index: number }>();
  let newestAt = Number.NEGATIVE_INFINITY;
  for (const [index, place] of places.entries()) {
    for (const line of await blameElement(clone, commit, place)) {
      const committedAt = line.committedAt.getTime();
      if (committedAt > newestAt) newest.clear();
      newestAt = Math.max(newestAt, committedAt);
      if (committedAt === newestAt && !newest.has(line.id)) newest.set(line.id, { line, index });
    }
    // The newest of some elements is not that of all.
    if (clone.signal.aborted) return undefined;
  }
  const last = newest.get(await lastOf(clone, [...newest.keys()]));
  if (last === undefined) return undefined;
  const { id, subject, author, at, committedAt, isBoundary } = last.line;
  const argv = clone.inRepository('rev-list', '--count', `${id}..${commit}`, '--');
  const count = await outputOf(clone.git, argv);
  if (count === undefined) return undefined;
  return {
    commit: { id, subject, author, at },
    committedAt,
    commitsAgo: Number(count),
    isBoundary,
    index: last.index,
  };
}

/** The one of some commits that is an ancestor of no other; `''` for none, and when git cannot say. */
async function lastOf({ git, inRepository }: LocalClone, ids: readonly string[]): Promise<string> {
  const [first = ''] = ids;
  if (ids.length < 2) return first;
  const tips = await outputOf(git, inRepository('merge-base', '--independent', ...ids));
  return tips?.split('\n', 1)[0] ?? '';
}

interface BlamedLine extends DatedCommit {
  committedAt: Date;
  isBoundary: boolean;
}

/** The lines of an element with the commits that they are from; none when the commit does not have it. */
async function blameElement(
  { git, inRepository }: LocalClone,
  commit: string,
  { path, line }: ElementPlace,
): Promise<BlamedLine[]> {
  const chunks: Buffer[] = [];
  let size = 0;
  const onOutput = (chunk: Buffer) => {
    if (size < maxOutputBytes) chunks.push(chunk.subarray(0, maxOutputBytes - size));
    size += chunk.length;
  };
  const range = `${line},+${maxLines}`;
  const argv = inRepository('blame', '--line-porcelain', '-w', '-L', range, commit, '--', path);
  if ((await outputOf(git, argv, onOutput)) === undefined) return [];
  const lines: BlamedLine[] = [];
  let text: string | undefined;
  let header: string[] = [];
  for (const each of Buffer.concat(chunks).toString('utf8').split('\n')) {
    if (!each.startsWith('\t')) {
      header.push(each);
      continue;
    }
    lines.push(readHeader(header));
    header = [];
    // A PHP helper is its whole file.
    if (path.endsWith('.php')) continue;
    text = text === undefined ? fromStartTag(each.slice(1)) : `${text}\n${each.slice(1)}`;
    if (text === undefined || isElementComplete(text)) break;
  }
  return lines;
}

function readHeader(header: readonly string[]): BlamedLine {
  const [first = ''] = header;
  const field = (name: string) =>
    header.find((line) => line.startsWith(`${name} `))?.slice(name.length + 1) ?? '';
  return {
    id: first.split(' ', 1)[0] ?? '',
    subject: field('summary').slice(0, maxCommitTextLength),
    author: field('author').slice(0, maxCommitTextLength),
    at: new Date(Number(field('author-time')) * 1000),
    committedAt: new Date(Number(field('committer-time')) * 1000),
    isBoundary: header.includes('boundary'),
  };
}

/** The rest of a line from its first start tag on; comments and end tags may stand before it. `undefined` when it has none. */
function fromStartTag(line: string): string | undefined {
  const text = line.replaceAll(/<!--.*?(?:-->|$)/gs, '');
  const start = text.search(/<[\w:]/);
  return start === -1 ? undefined : text.slice(start);
}

/** The tag that a text begins with. */
const firstTag = /^<([\w:.-]+)(?:"[^"]*"|'[^']*'|[^"'>])*>/;

/** Whether a text that begins with the start tag of an element has its end. A step stands in no step of the same tag. */
function isElementComplete(text: string): boolean {
  const [tag, name] = firstTag.exec(text) ?? [];
  if (tag === undefined) return false;
  // The children of a page do not matter to its address.
  if (tag.endsWith('/>') || name === 'page') return true;
  // The end tag of `field` is not that of `fieldset`.
  const [, ...afterEnds] = text.split(`</${name}`);
  return afterEnds.some((rest) => /^\s*>/.test(rest));
}
