import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { access, mkdtemp, readdir, readFile, realpath, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import type Docker from 'dockerode';
import { type Header, type Pack, pack } from 'tar-stream';
import { Fault } from '../faults/fault.ts';
import { examplePath } from './examples.ts';
import { buildSampleTree } from './tree.ts';

const run = promisify(execFile);

/** To be increased when this file creates a different image from the same sources. */
const imageVersion = 4;
const nodePath = '/usr/local/bin/node';

/** The programs that run in a container; busybox has all of them. */
const commands = [
  ...[
    'sh',
    'cat',
    'chmod',
    'cp',
    'cut',
    'date',
    'dd',
    'env',
    'find',
    'grep',
    'head',
    'id',
    'kill',
    'ln',
    'ls',
  ],
  ...[
    'mkdir',
    'mktemp',
    'mv',
    'ps',
    'readlink',
    'rm',
    'sed',
    'setsid',
    'sleep',
    'sort',
    'stat',
    'tail',
    'tar',
  ],
  ...['test', 'touch', 'tr', 'wc', 'xargs'],
];

/**
 * Loads the sample tree as a Docker image and returns its reference, `<repository>:<hash>`. The image consists of files of this
 * machine (Node, its libraries, a shell), so it needs no registry and no build. Its id depends only on its content; when it exists
 * already, this takes milliseconds. Errors: ENGINE_FAILED.
 */
export async function buildSampleImage(
  docker: Docker,
  repository = 'matre-sample',
  mftfVersion = '3.8.0',
): Promise<string> {
  const reference = `${repository}:${await sourcesHash(mftfVersion)}`;
  const existing = await docker
    .getImage(reference)
    .inspect()
    .catch(() => undefined);
  if (existing) return reference;
  const folder = await mkdtemp(join(tmpdir(), 'matre-sample-image-'));
  try {
    const tree = join(folder, 'tree');
    await buildSampleTree(tree, { mftfVersion, node: nodePath });
    const layer = join(folder, 'layer.tar');
    const digest = await writeLayer(layer, tree);
    await load(docker, reference, layer, digest);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return reference;
}

/** A hash of the sources of the image: large binaries by size and time, files of this package by content. */
async function sourcesHash(mftfVersion: string): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify([imageVersion, mftfVersion, process.version]));
  for (const binary of [process.execPath, ...(await shellBinaries()).keys()]) {
    const { size, mtimeMs } = await stat(binary);
    hash.update(JSON.stringify([binary, size, mtimeMs]));
  }
  for (const name of ['tree', 'stand-in']) {
    for (const path of await filesBelow(examplePath(name))) {
      hash.update(JSON.stringify(path)).update(await readFile(join(examplePath(name), path)));
    }
  }
  return hash.digest('hex').slice(0, 16);
}

/** The relative paths of all files below a folder, sorted. */
async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
}

/** The binaries of this machine for the shell of the image, each with the names of its commands. */
async function shellBinaries(): Promise<Map<string, string[]>> {
  const busybox = '/bin/busybox';
  try {
    await access(busybox);
    const { stdout } = await run(busybox, ['--list']);
    return new Map([[await realpath(busybox), stdout.trim().split('\n')]]);
  } catch {
    // Without busybox: the programs of this machine with their libraries.
  }
  const binaries = new Map<string, string[]>();
  for (const command of commands) {
    const path = await findProgram(command);
    if (path !== undefined) binaries.set(path, [...(binaries.get(path) ?? []), command]);
  }
  return binaries;
}

async function findProgram(name: string): Promise<string | undefined> {
  for (const folder of ['/usr/local/bin', '/usr/bin', '/bin', '/usr/sbin', '/sbin']) {
    const path = await realpath(join(folder, name)).catch(() => undefined);
    if (path !== undefined) return path;
  }
  return undefined;
}

/** The paths of the shared libraries of binaries, including the loader. */
async function librariesOf(binaries: string[]): Promise<Set<string>> {
  const libraries = new Set<string>();
  for (const binary of binaries) {
    // ldd fails for a static binary, which has none.
    const { stdout } = await run('ldd', [binary]).catch(() => ({ stdout: '' }));
    for (const [, path] of stdout.matchAll(/(?:=>\s+|^\s+)(\/\S+)\s+\(0x/gm)) if (path) libraries.add(path);
  }
  return libraries;
}

/** Writes the only layer as a tar file and returns its SHA-256. */
async function writeLayer(file: string, tree: string): Promise<string> {
  const layer = pack();
  const hash = createHash('sha256');
  const written = pipeline(
    Readable.from(layer),
    async function* (chunks: AsyncIterable<Buffer>) {
      for await (const chunk of chunks) {
        hash.update(chunk);
        yield chunk;
      }
    },
    createWriteStream(file),
  );
  await Promise.all([fillLayer(layer, tree), written]);
  return hash.digest('hex');
}

async function fillLayer(layer: Pack, tree: string): Promise<void> {
  const folders = new Set<string>();
  const folder = (path: string, mode = 0o755) => {
    if (path === '' || folders.has(path)) return;
    folder(path.split('/').slice(0, -1).join('/'));
    folders.add(path);
    layer.entry(header({ name: path, type: 'directory', mode }));
  };
  const file = async (path: string, source: string, mode: number) => {
    folder(path.split('/').slice(0, -1).join('/'));
    const { size } = await stat(source);
    const entry = layer.entry(header({ name: path, size, mode }));
    await pipeline(createReadStream(source, { highWaterMark: 1024 ** 2 }), entry);
  };
  const content = (path: string, body: string) => {
    folder(path.split('/').slice(0, -1).join('/'));
    layer.entry(header({ name: path, mode: 0o644 }), body);
  };

  for (const name of ['bin', 'etc', 'proc', 'sys', 'dev', 'root', 'opt']) folder(name);
  folder('tmp', 0o1777);
  content('etc/passwd', 'root:x:0:0:root:/root:/bin/sh\n');
  content('etc/group', 'root:x:0:\n');
  const shell = await shellBinaries();
  for (const library of await librariesOf([process.execPath, ...shell.keys()])) {
    await file(library.slice(1), await realpath(library), 0o755);
  }
  for (const [binary, names] of shell) {
    const [name = '', ...others] = binary.endsWith('busybox') ? ['busybox', ...names] : names;
    await file(`bin/${name}`, binary, 0o755);
    for (const other of others.filter((one) => one !== name)) {
      layer.entry(header({ name: `bin/${other}`, type: 'symlink', linkname: name }));
    }
  }
  await file(nodePath.slice(1), await realpath(process.execPath), 0o755);
  for (const path of await filesBelow(tree)) {
    const { mode } = await stat(join(tree, path));
    await file(path, join(tree, path), mode & 0o777);
  }
  // Empty folders of the tree, to which MFTF writes.
  for (const entry of await readdir(tree, { recursive: true, withFileTypes: true })) {
    if (entry.isDirectory()) folder(join(entry.parentPath, entry.name).slice(tree.length + 1));
  }
  layer.finalize();
}

type Entry = Partial<Header> & { name: string };

/** A header with a constant time and owner, so that the same content results in the same image. */
function header(entry: Entry): Entry {
  return { mtime: new Date(0), uid: 0, gid: 0, ...entry };
}

/** Loads an image with one layer. */
async function load(docker: Docker, reference: string, layer: string, digest: string): Promise<void> {
  const created = '1970-01-01T00:00:00Z';
  const config = JSON.stringify({
    architecture: process.arch === 'x64' ? 'amd64' : process.arch,
    os: 'linux',
    created,
    config: {
      Env: ['PATH=/usr/local/bin:/opt/matre-sample/bin:/bin'],
      Cmd: ['/bin/sh'],
      WorkingDir: '/var/www/html',
    },
    rootfs: { type: 'layers', diff_ids: [`sha256:${digest}`] },
    history: [{ created }],
  });
  const archive = pack();
  const fill = async () => {
    const manifest = [{ Config: 'config.json', RepoTags: [reference], Layers: ['layer.tar'] }];
    archive.entry({ name: 'manifest.json' }, JSON.stringify(manifest));
    archive.entry({ name: 'config.json' }, config);
    const { size } = await stat(layer);
    await pipeline(
      createReadStream(layer, { highWaterMark: 1024 ** 2 }),
      archive.entry({ name: 'layer.tar', size }),
    );
    archive.finalize();
  };
  const sending = docker.loadImage(Readable.from(archive)) as Promise<NodeJS.ReadableStream>;
  const [response] = await Promise.all([sending, fill()]);
  const output = await text(response as Readable);
  if (output.includes('"error"')) {
    throw new Fault('ENGINE_FAILED', `The sample image could not be loaded: ${output.trim()}`);
  }
}
