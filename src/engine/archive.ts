import { posix } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { extract, pack } from 'tar-stream';
import { Fault } from '../faults/fault.ts';
import { exitCode, readAll } from './read-all.ts';
import type { ExecEngine } from './remote-exec.ts';

/** A file to put into a container. `path` is relative to the target folder. */
export interface FileIn {
  path: string;
  /** 0o644 by default. */
  mode?: number;
  content: string | Uint8Array;
}

/** A file from a container. Its `content` must be read or skipped before the next file is requested. */
export interface FileOut {
  path: string;
  mode: number;
  size: number;
  modifiedAt: Date;
  content: AsyncIterable<Uint8Array>;
}

export interface FilesRequest {
  /** An absolute path. */
  dir: string;
  /** Files and folders below it, relative. A folder includes everything in it. */
  paths: string[];
  /** Limit for the sum of all sizes; 1 GiB by default. */
  maxBytes?: number;
  /**
   * Leaves out what would be refused (links, pipes, paths outside, files beyond `maxBytes`), and is called for each with the reason.
   * Without it the first one is an error.
   */
  onLeftOut?: (path: string, reason: string) => void;
}

const gibibyte = 1024 ** 3;

/**
 * Writes files into a folder of a running container, which is created if it is missing. A `Readable` is a tar archive. It is
 * unpacked by `tar` in the container, because Docker's own upload does not see tmpfs mounts: it writes below them.
 * Errors: PATH_OUTSIDE, DISK_FULL, ENGINE_FAILED, CONTAINER_VANISHED.
 */
export async function putFiles(
  engine: ExecEngine,
  container: string,
  dir: string,
  files: FileIn[] | Readable,
): Promise<void> {
  const archive = files instanceof Readable ? files : packFiles(files);
  const unpack = 'mkdir -p -- "$1" && exec tar -x -p -o -f - -C "$1"';
  const exec = await engine.exec(container, {
    argv: ['sh', '-c', unpack, 'sh', absolute(dir)],
    env: { LC_ALL: 'C' },
    stdin: true,
  });
  if (!exec.stdin)
    throw new Fault('INTERNAL', 'The engine started an exec without the standard input that was requested.');
  const output = Promise.all([readAll(exec.stderr), readAll(exec.stdout)]);
  // Without a known end of tar nothing awaits its output.
  output.catch(() => {});
  // A tar that failed reads no more, so the upload fails or stalls. The exit of tar has the reason.
  const abandon = new AbortController();
  const sent = pipeline(archive, exec.stdin, { signal: abandon.signal }).then(
    () => undefined,
    (error: unknown) => error,
  );
  const end = await exec.ended;
  abandon.abort();
  const [errors] = await output;
  const code = exitCode(end, container, ['tar']);
  if (code !== 0) throw tarFault(`Files could not be put into ${dir} of ${container}`, errors);
  const failure = await sent;
  if (failure && !abandon.signal.aborted) {
    throw new Fault('ENGINE_FAILED', `Files could not be sent to ${container}.`, { cause: failure });
  }
}

/** Files that are left out are transferred too; beyond so many times `maxBytes` even that ends with FILES_TOO_LARGE. */
const maxTransferFactor = 4;

/**
 * Reads files from a running container, in the order of the archive. The archive is not trusted: absolute paths, `..` and links
 * are refused with PATH_OUTSIDE, more bytes than allowed with FILES_TOO_LARGE.
 * Further errors: NOT_FOUND when a path does not exist, ENGINE_FAILED, CONTAINER_VANISHED.
 */
export async function* getFiles(
  engine: ExecEngine,
  container: string,
  request: FilesRequest,
): AsyncGenerator<FileOut> {
  const { dir, paths, maxBytes = gibibyte, onLeftOut } = request;
  if (paths.length === 0) return;
  const argv = ['tar', '-c', '-f', '-', '-C', absolute(dir), '--', ...paths.map(relative)];
  const exec = await engine.exec(container, { argv, env: { LC_ALL: 'C' } });
  const output = readAll(exec.stderr);
  // Not awaited when the reader stops early or the archive is damaged.
  output.catch(() => {});
  const entries = extract();
  // The loop below throws the errors of the archive; leaving it early ends the transfer.
  const received = pipeline(exec.stdout, entries).catch((error: unknown) => error);
  let bytes = 0;
  let transferred = 0;
  const refusalOf = (name: string, type: string, size: number): Fault | undefined => {
    if (type !== 'file') {
      return new Fault('PATH_OUTSIDE', `${name} in ${dir} of ${container} is a ${type}, not a file.`);
    }
    if (leavesFolder(name)) return outsideFault(name);
    if (bytes + size <= maxBytes) return undefined;
    const message = `${paths.join(', ')} in ${dir} of ${container} hold more than ${maxBytes} bytes.`;
    return new Fault('FILES_TOO_LARGE', message);
  };
  try {
    for await (const entry of entries) {
      const { name, type, size = 0, mode = 0o644, mtime } = entry.header;
      if (type === 'directory') {
        entry.resume();
        continue;
      }
      transferred += size;
      const refusal = refusalOf(name, String(type), size);
      if (refusal) {
        if (!onLeftOut || transferred > maxTransferFactor * maxBytes) throw refusal;
        onLeftOut(name, refusal.code === 'FILES_TOO_LARGE' ? `it has ${size} bytes` : `it is a ${type}`);
        entry.resume();
        continue;
      }
      bytes += size;
      yield {
        path: relative(name),
        mode: mode & 0o777,
        size,
        modifiedAt: mtime ?? new Date(0),
        content: entry as AsyncIterable<Uint8Array>,
      };
    }
  } catch (error) {
    if (error instanceof Fault) throw error;
    throw await received.then(async () => {
      exitCode(await exec.ended, container, ['tar']);
      return new Fault('ENGINE_FAILED', `The archive from ${dir} of ${container} is damaged.`, {
        cause: error,
      });
    });
  } finally {
    entries.destroy();
    exec.stdout.destroy();
  }
  const code = exitCode(await exec.ended, container, ['tar']);
  const errors = await output;
  // Logs grow while they are read, which does no harm.
  const grew = errors.includes('file changed as we read it');
  if (code !== 0 && !grew) {
    throw tarFault(`Files could not be taken from ${dir} of ${container}`, errors);
  }
}

/** A tar archive of files; unpacking it creates their folders. Errors: PATH_OUTSIDE. */
export function packFiles(files: FileIn[]): Readable {
  const archive = pack();
  for (const { path, mode = 0o644, content } of files) {
    const bytes = typeof content === 'string' ? Buffer.from(content) : Buffer.from(content);
    archive.entry({ name: relative(path), mode, mtime: new Date() }, bytes);
  }
  archive.finalize();
  return Readable.from(archive);
}

/** The normalised path, which stays inside any folder that it is joined to. */
function relative(path: string): string {
  if (leavesFolder(path)) throw outsideFault(path);
  return posix.normalize(path);
}

function leavesFolder(path: string): boolean {
  const normal = posix.normalize(path);
  return path === '' || path.includes('\0') || posix.isAbsolute(normal) || normal.split('/').includes('..');
}

function outsideFault(path: string): Fault {
  return new Fault('PATH_OUTSIDE', `${JSON.stringify(path)} is not a path inside of the folder.`);
}

function absolute(dir: string): string {
  if (!posix.isAbsolute(dir) || dir.includes('\0') || dir.split('/').includes('..')) {
    throw new Fault('PATH_OUTSIDE', `${JSON.stringify(dir)} is not the absolute path of a folder.`);
  }
  return dir;
}

/** Reads the messages of GNU tar and busybox, in English (LC_ALL=C). A partial write is a full disk too. */
function tarFault(what: string, errors: string): Fault {
  const message = `${what}: ${errors.trim().slice(0, 1_000) || 'tar failed without a message.'}`;
  if (/no space left on device|short write|wrote only \d+ of/i.test(errors))
    return new Fault('DISK_FULL', message);
  if (/no such file or directory|can't (open|stat)/i.test(errors)) return new Fault('NOT_FOUND', message);
  return new Fault('ENGINE_FAILED', message);
}
