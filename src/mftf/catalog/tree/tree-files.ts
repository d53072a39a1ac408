import { posix } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { getFiles } from '../../../engine/archive.ts';
import { exitCode, readAll } from '../../../engine/read-all.ts';
import type { ExecEngine } from '../../../engine/remote-exec.ts';
import { Fault } from '../../../faults/fault.ts';
import { maxTreeBytes, maxTreeFileBytes, maxTreeFiles } from '../../../model/limits.ts';
import { catalogPath } from './paths.ts';
import { noContent, type SourceFile } from './source.ts';
import { imageTree, tooLargeFile, tooManyFiles } from './tree-limits.ts';

/** Limit for a list of files: 500 bytes for each of `maxTreeFiles` (Magento 2.4.4: 8,000 paths, 0.8 MB). */
const listingBytes = 500 * maxTreeFiles;
/** Paths for one process: well below the 2 MB that Linux allows for all arguments. */
const maxPathsPerProcess = 4_000;

/** Where `catalogPath` finds files. */
const conditions = [
  ['-path', '*/Test/Mftf/*.xml'],
  ['-path', '*/Test/Mftf/Helper/*.php'],
  ['-path', '*/Test/Mftf/_data/*'],
  ['-name', 'registration.php'],
  ['-path', 'dev/tests/acceptance/tests/*.xml'],
  ['-path', 'dev/tests/acceptance/tests/*/composer.json'],
  ['-path', 'dev/tests/acceptance/tests/*/Helper/*.php'],
  ['-path', 'dev/tests/acceptance/tests/_data/*'],
  ['-path', 'dev/tests/acceptance/tests/functional/*/_data/*'],
];
const topConditions = [
  ['-path', './vendor*'],
  ['-path', 'app/code*'],
];

interface SourceLink {
  path: string;
  /** Where it ends, relative to `/`. */
  place: string;
  /** The same relative to the Magento root, or absolute outside of it; `undefined` when the whole folder is linked. */
  target: string | undefined;
}

/**
 * The files of the catalog in the Magento tree of a container. Links are followed, also out of the tree, as MFTF follows them: all
 * of it is the image. Errors: those of the engine, FILES_TOO_LARGE, TREE_TOO_LARGE.
 */
export async function* treeFiles(
  engine: ExecEngine,
  containerId: string,
  root: string,
): AsyncGenerator<SourceFile> {
  const run = async (argv: string[]) => {
    const exec = await engine.exec(containerId, { argv, cwd: root });
    // `find` reports folders that an image lacks, such as app; that is no error.
    const [listing] = await Promise.all([readAll(exec.stdout, listingBytes), readAll(exec.stderr)]);
    exitCode(await exec.ended, containerId, argv);
    if (Buffer.byteLength(listing) >= listingBytes) throw tooManyFiles(imageTree);
    return listing.split('\n').filter((path) => path !== '');
  };
  const either = (list: string[][]) => [
    '(',
    ...list.flatMap((one, at) => (at === 0 ? one : ['-o', ...one])),
    ')',
  ];
  const tops = await run(['find', '-L', '.', 'app', '-maxdepth', '1', ...either(topConditions)]);
  const folders = [...tops.map((path) => path.replace('./', '')), 'dev/tests/acceptance/tests'];
  const query = [...folders, ...either(conditions), '-type', 'f'];
  const matches = (await run(['find', '-L', ...query])).filter((path) => catalogPath(path) !== undefined);
  if (matches.length > maxTreeFiles) throw tooManyFiles(imageTree);
  const isFixture = (path: string) => catalogPath(path)?.kind === 'fixture';
  for (const path of matches.filter(isFixture)) yield { path, content: noContent };
  const listed = matches.filter((path) => !isFixture(path));
  const direct = new Set(await run(['find', ...query]));

  const linked = listed.filter((path) => !direct.has(path) && isUtf8(path));
  const paths = new Set(listed.filter((path) => direct.has(path) || !isUtf8(path)).map(readablePath));
  const yielded = new Set<string>();
  for await (const { path, content } of read(root, paths)) {
    if (yielded.has(path) || catalogPath(path) === undefined) continue;
    yielded.add(path);
    const obstacle = isUtf8(path) ? {} : { obstacle: `the name of ${path} is not UTF-8` };
    yield { path, content, ...obstacle };
  }

  const byPlace = new Map<string, SourceLink[]>();
  for (const link of await followLinks(linked)) {
    byPlace.set(link.place, [...(byPlace.get(link.place) ?? []), link]);
  }
  for await (const { path: place, content } of read('/', byPlace.keys())) {
    for (const { path, target } of byPlace.get(place) ?? []) {
      if (yielded.has(path)) continue;
      yield { path, content, ...(target !== undefined && { target, obstacle: `${path} is a link` }) };
    }
  }

  /** Where links end. Those that end nowhere are omitted. */
  async function followLinks(paths: string[]): Promise<SourceLink[]> {
    const folders = new Set(paths.map(folderOf));
    const ends = new Map<string, string>();
    for (const batch of batches(['.', ...folders, ...paths])) {
      const places = await run([
        'sh',
        '-c',
        'for path do readlink -f "$path" || echo /; done',
        'sh',
        ...batch,
      ]);
      for (const [index, path] of batch.entries()) ends.set(path, places[index] ?? '/');
    }
    return paths.flatMap((path) => {
      const place = ends.get(path) ?? '/';
      if (place === '/' || !isUtf8(place)) return [];
      const folder = folderOf(path);
      const isInLinkedFolder = place === `${ends.get(folder)}${path.slice(folder.length)}`;
      const inTree = posix.relative(ends.get('.') ?? '/', place);
      const target = inTree.startsWith('../') ? place : inTree;
      // __DIR__ of a registration.php is the folder at the end of the link.
      if (!isInLinkedFolder && catalogPath(path)?.kind === 'registration') return [];
      return [{ path, place: place.slice(1), target: isInLinkedFolder ? undefined : target }];
    });
  }

  /** The content of files, and of all files in folders. */
  async function* read(
    dir: string,
    all: Iterable<string>,
  ): AsyncGenerator<{ path: string; content: Buffer }> {
    for (const batch of batches([...all])) {
      // Of files with one content on the disk (hard links) an archive has only the first, so the others are requested again.
      for (let requested = batch; requested.length > 0; ) {
        const others: string[] = [];
        const onLeftOut = (path: string, reason: string) => {
          if (reason === 'it is a link') others.push(path);
          else if (!reason.startsWith('it is a'))
            throw new Fault('FILES_TOO_LARGE', `${path} in ${dir} of ${containerId}: ${reason}.`);
        };
        const request = { dir, paths: requested, maxBytes: maxTreeBytes, onLeftOut };
        for await (const { path, size, content } of getFiles(engine, containerId, request)) {
          if (size > maxTreeFileBytes) throw tooLargeFile(path, size);
          yield { path, content: await buffer(content) };
        }
        requested = others;
      }
    }
  }
}

/** The folder of the test module or Magento module that a file of the catalog is in. */
function folderOf(path: string): string {
  const place = catalogPath(path);
  return place === undefined ? '' : 'root' in place ? place.root : place.folder;
}

function batches(paths: string[]): string[][] {
  const count = Math.ceil(paths.length / maxPathsPerProcess);
  return Array.from({ length: count }, (_, at) =>
    paths.slice(at * maxPathsPerProcess, (at + 1) * maxPathsPerProcess),
  );
}

/** Names that are not UTF-8 are read with U+FFFD. */
function isUtf8(path: string): boolean {
  return !path.includes('\uFFFD');
}

/** The path, or the folder above the first name that is not UTF-8 and cannot be passed on. */
function readablePath(path: string): string {
  const names = path.split('/');
  const first = names.findIndex((name) => !isUtf8(name));
  return first < 0 ? path : names.slice(0, first).join('/');
}
