import { posix } from 'node:path';
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { constants, createBrotliCompress, createBrotliDecompress } from 'node:zlib';
import { extract, pack } from 'tar-stream';
import { type FileIn, getFiles, putFiles } from '../../engine/archive.ts';
import type { Engine } from '../../engine/engine.ts';
import { capture } from '../../engine/read-all.ts';
import { Fault } from '../../faults/fault.ts';
import { maxGeneratedBytes } from '../../model/limits.ts';
import type { PlannedTest } from '../../model/selection.ts';
import { generatedFile, type Layout } from '../container/layout.ts';

/** The container of a run. */
export interface RunContainer {
  engine: Engine;
  containerId: string;
  layout: Layout;
}

/** All 3,410 tests of Magento 2.4.4, 91 MB, become 2.9 MB; gzip 6 makes 7.8 MB of them in three times the time (measured). */
const quality = 4;

/**
 * Packs the three places that a generation writes to: a compressed tar archive with paths relative to the Magento root.
 * Errors: PATH_OUTSIDE for a link among them, FILES_TOO_LARGE, CONTAINER_VANISHED.
 */
export async function packGenerated({ engine, containerId, layout }: RunContainer): Promise<Buffer> {
  const { root, generated, suiteClasses, acceptance } = layout;
  const below = (path: string) => posix.relative(root, path);
  const classes = below(suiteClasses);
  const paths = [below(generated), classes, below(`${acceptance}/codeception.yml`)];
  const archive = pack();
  const packed = buffer(archive.pipe(compressor()));
  // Not awaited when a file cannot be read.
  packed.catch(() => {});
  try {
    for await (const { path, mode, content } of getFiles(engine, containerId, {
      dir: root,
      paths,
      maxBytes: maxGeneratedBytes,
    })) {
      const bytes = await buffer(content);
      // The folder of the classes also has a file of MFTF itself.
      const isGenerated = posix.dirname(path) !== classes || path.endsWith('.php');
      if (isGenerated) archive.entry({ name: path, mode, mtime: new Date(0) }, bytes);
    }
    archive.finalize();
    return await packed;
  } catch (error) {
    archive.destroy();
    throw error;
  }
}

/** Packs files with paths relative to the Magento root as `packGenerated` does. */
export async function packFilesAsGenerated(
  files: readonly { path: string; content: string }[],
): Promise<Buffer> {
  const archive = pack();
  const packed = buffer(archive.pipe(compressor()));
  for (const { path, content } of files) archive.entry({ name: path, mtime: new Date(0) }, content);
  archive.finalize();
  return packed;
}

/**
 * Unpacks generated files to their three places, in a prepared container; files of a later archive replace those of earlier ones. Errors:
 * DISK_FULL, CONTAINER_VANISHED.
 */
export async function unpackGenerated(
  { engine, containerId, layout }: RunContainer,
  archives: readonly Buffer[],
): Promise<void> {
  for (const archive of archives) {
    await putFiles(engine, containerId, layout.root, decompressedStream(archive));
  }
}

/**
 * Restores the missing files of these tests from the archives: a Cest that passed deletes itself. Returns the restored files,
 * relative to `generated`. Errors: GENERATED_FILE_MISSING when one is in none of them either, DISK_FULL.
 */
export async function restoreMissing(
  place: RunContainer,
  archives: readonly Buffer[],
  tests: PlannedTest[],
): Promise<string[]> {
  const { engine, containerId, layout } = place;
  const listMissing = 'for file; do [ -s "$file" ] || echo "$file"; done';
  const argv = ['sh', '-c', listMissing, 'sh', ...tests.map(generatedFile)];
  const { code, stdout, stderr } = await capture(engine, containerId, argv, { cwd: layout.generated });
  if (code !== 0) {
    throw new Fault('GENERATED_FILE_MISSING', `${layout.generated} cannot be read: ${stderr.trim()}`);
  }
  const missing = stdout.split('\n').filter((line) => line !== '');
  if (missing.length === 0) return [];
  const prefix = `${posix.relative(layout.root, layout.generated)}/`;
  const paths = new Set(missing.map((file) => prefix + file));
  const files: FileIn[] = [];
  for (const archive of archives) files.push(...(await filesOf(archive, paths)));
  if (files.length < missing.length) {
    throw new Fault(
      'GENERATED_FILE_MISSING',
      `${missing.join(', ')} cannot be restored: the generated files do not have all of them.`,
    );
  }
  await putFiles(engine, containerId, layout.root, files);
  return missing;
}

/** Removes the files of tests that will not be executed: the class of a suite counts the files in its folder. Errors:
 * CONTAINER_UNHEALTHY, CONTAINER_VANISHED. */
export async function removeGenerated(
  { engine, containerId, layout }: RunContainer,
  tests: PlannedTest[],
): Promise<void> {
  if (tests.length === 0) return;
  const argv = ['rm', '-f', ...tests.map(generatedFile)];
  const { code, stderr } = await capture(engine, containerId, argv, { cwd: layout.generated });
  if (code !== 0) throw new Fault('CONTAINER_UNHEALTHY', `${layout.generated}: ${stderr.trim()}`);
}

/** The files of an archive, of these paths alone if some are given. */
export async function filesOf(
  archive: Buffer,
  paths?: ReadonlySet<string>,
): Promise<(FileIn & { content: Buffer })[]> {
  const entries = extract();
  const read = pipeline(decompressedStream(archive), entries);
  // The loop throws the same error first when the archive is damaged.
  read.catch(() => {});
  const files: (FileIn & { content: Buffer })[] = [];
  for await (const entry of entries) {
    const { name, mode = 0o644 } = entry.header;
    if (paths === undefined || paths.has(name))
      files.push({ path: name, mode, content: await buffer(entry) });
    else entry.resume();
  }
  await read;
  return files;
}

function compressor() {
  return createBrotliCompress({ params: { [constants.BROTLI_PARAM_QUALITY]: quality } });
}

function decompressedStream(archive: Buffer): Readable {
  const decompress = createBrotliDecompress();
  decompress.end(archive);
  return decompress;
}
