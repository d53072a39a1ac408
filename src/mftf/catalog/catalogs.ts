import { createHash } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { createMemo } from '../../async/single-flight.ts';
import { getFiles } from '../../engine/archive.ts';
import type { Engine } from '../../engine/engine.ts';
import { exitCode, readAll } from '../../engine/read-all.ts';
import { isFault } from '../../faults/fault.ts';
import { writeFileAtomically } from '../../files/atomic-write.ts';
import { ifPresent } from '../../files/missing-file.ts';
import type { Logger } from '../../log.ts';
import { assertReadable, buildCatalog, type Catalog } from './catalog.ts';
import type { Declarations } from './declaration.ts';
import { declarationsFromBytes, declarationsToBytes, readDeclarations } from './declarations.ts';
import { catalogPath } from './paths.ts';
import { type ContainerOf, createRegistrationAnswers, type ImageAccess } from './registration-answers.ts';
import { folderSource, type SourceFile } from './source.ts';

export interface Catalogs {
  /**
   * The catalog of an image with a checkout of the test module mounted in it. The tree of an image is read once and stored on disk
   * under the id of the image; only then `container` is called, and for a registration.php that only PHP can read. Errors:
   * MODULE_INVALID, and those of the engine.
   */
  of(image: ImageAccess, checkout: { id: string; path: string }): Promise<Catalog>;
}

/** Kept in memory: an installation has one image, and the one before it while runs of that end. */
const maxImages = 2;
/** Kept in memory: the commits of the runs under way and of recent previews. Others are read again. */
const maxCheckouts = 16;
/** Limit for the list of files, more than any Magento tree has (2.4.4: 8,000 paths, 0.8 MB). */
const listingBytes = 32 * 1024 * 1024;
/** Paths for one tar process: well below the 2 MB that Linux allows for all arguments. */
const maxPathsPerTar = 4_000;

export function createCatalogs(deps: {
  engine: Engine;
  /** Where the declarations of images are stored. */
  folder: string;
  magentoRoot: string;
  /** Where the module is, relative to the root. */
  moduleTarget: string;
  /** The PHP command in a container. */
  php: string;
  log: Logger;
}): Catalogs {
  const { engine, folder, magentoRoot, moduleTarget, log } = deps;
  const answers = createRegistrationAnswers(deps);
  const images = createMemo<string, Declarations>({ maxKeys: maxImages });
  const modules = createMemo<string, Declarations>({ maxKeys: maxCheckouts });

  async function readImage(id: string, container: ContainerOf): Promise<Declarations> {
    const key = createHash('sha256').update(`${id}\0${magentoRoot}`).digest('hex');
    const path = join(folder, `${key}.txt`);
    const stored = await readStored(path, log);
    if (stored) return stored;
    const from = await container();
    try {
      const files = treeFiles(engine, from.id, magentoRoot);
      const declarations = await readDeclarations({ root: '', files });
      // While the container runs; its answers are stored apart, so that those that are missing are asked for again.
      const here = async () => ({ id: from.id, dispose: async () => {} });
      await answers.complete([declarations], { id, container: here, isRunning: true });
      await mkdir(folder, { recursive: true });
      await writeFileAtomically(path, declarationsToBytes(declarations));
      return declarations;
    } finally {
      await from.dispose();
    }
  }

  return {
    async of(image, checkout) {
      const tree = await images(image.id, () => readImage(image.id, image.container));
      const module = await modules(checkout.id, () =>
        readDeclarations(folderSource(checkout.path, moduleTarget)),
      );
      const catalog = buildCatalog(await answers.complete([tree, module], image));
      assertReadable(catalog);
      return catalog;
    },
  };
}

async function readStored(path: string, log: Logger): Promise<Declarations | undefined> {
  const stored = await ifPresent(readFile(path));
  if (stored === undefined) return undefined;
  try {
    return declarationsFromBytes(stored);
  } catch (error) {
    if (!isFault(error, 'INPUT_INVALID')) throw error;
    log.warn({ path }, 'A stored catalog is damaged or of another version; reading the image again');
    return undefined;
  }
}

/** The files of the catalog in the Magento tree of a container. */
async function* treeFiles(engine: Engine, containerId: string, root: string): AsyncGenerator<SourceFile> {
  const tests = [
    ['-path', '*/Test/Mftf/*.xml'],
    ['-path', '*/Test/Mftf/Helper/*.php'],
    ['-name', 'registration.php'],
    ['-path', 'dev/tests/acceptance/tests/*.xml'],
    ['-path', 'dev/tests/acceptance/tests/*/composer.json'],
    ['-path', 'dev/tests/acceptance/tests/*/Helper/*.php'],
  ];
  const find = async (folders: string[], conditions: string[][], depth: string[] = []) => {
    const either = conditions.flatMap((condition, index) => (index === 0 ? condition : ['-o', ...condition]));
    const argv = ['find', '-L', ...folders, ...depth, '(', ...either, ')'];
    const exec = await engine.exec(containerId, { argv, cwd: root });
    // `find` reports folders that an image lacks, such as app; that is no error.
    const [listing] = await Promise.all([readAll(exec.stdout, listingBytes), readAll(exec.stderr)]);
    exitCode(await exec.ended, containerId, argv);
    return listing.split('\n').filter((path) => path !== '');
  };
  const tops = await find(
    ['.', 'app'],
    [
      ['-path', './vendor*'],
      ['-path', 'app/code*'],
    ],
    ['-maxdepth', '1'],
  );
  const folders = [...tops.map((path) => path.replace('./', '')), 'dev/tests/acceptance/tests'];
  const listed = await find(folders, tests, ['-type', 'f']);
  const paths = new Set(listed.filter((path) => catalogPath(path) !== undefined).map(readablePath));
  const yielded = new Set<string>();
  for (let at = 0; at < paths.size; at += maxPathsPerTar) {
    const request = { dir: root, paths: [...paths].slice(at, at + maxPathsPerTar) };
    for await (const { path, content } of getFiles(engine, containerId, request)) {
      if (yielded.has(path) || catalogPath(path) === undefined) {
        for await (const _ of content);
        continue;
      }
      yielded.add(path);
      const obstacle = path.includes('\uFFFD') ? { obstacle: `the name of ${path} is not UTF-8` } : {};
      yield { path, content: await buffer(content), ...obstacle };
    }
  }
}

/** The path, or the folder above the first name that is not UTF-8 and cannot be passed on. */
function readablePath(path: string): string {
  const names = path.split('/');
  const first = names.findIndex((name) => name.includes('\uFFFD'));
  return first < 0 ? path : names.slice(0, first).join('/');
}
