import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import Docker from 'dockerode';
import { type Header, pack } from 'tar-stream';

/** The path of the Magento root in the tests of the engines and the pool. */
export const magentoRoot = '/var/www/html';
/** A file of the image, to check that its content is there. */
export const imageFile = { path: `${magentoRoot}/app/etc/env.php`, content: '<?php return [];\n' };
const functional = `${magentoRoot}/dev/tests/acceptance/tests/functional/Magento`;

const busybox = '/bin/busybox';

/**
 * A tiny image for Docker: busybox (static) and an empty Magento root. Its id depends on its content alone, so
 * concurrent test files may all load it. Returns its reference. `variant` creates another image with the same content;
 * `programs` are names of programs of this machine that it has besides, with their libraries.
 */
export async function dockerTestImage(variant = '', programs: string[] = []): Promise<string> {
  const layer = await makeLayer(variant, programs);
  const reference = `matre-test-image:${sha256(layer).slice(0, 12)}`;
  const docker = new Docker();
  const exists = await docker
    .getImage(reference)
    .inspect()
    .catch(() => undefined);
  if (exists) return reference;
  const config = JSON.stringify({
    architecture: process.arch === 'arm64' ? 'arm64' : 'amd64',
    os: 'linux',
    created: '2020-01-01T00:00:00Z',
    config: { Env: ['PATH=/bin'] },
    rootfs: { type: 'layers', diff_ids: [`sha256:${sha256(layer)}`] },
    history: [{ created: '2020-01-01T00:00:00Z' }],
  });
  const archive = pack();
  const manifest = [{ Config: 'config.json', RepoTags: [reference], Layers: ['layer.tar'] }];
  archive.entry({ name: 'manifest.json' }, JSON.stringify(manifest));
  archive.entry({ name: 'config.json' }, config);
  archive.entry({ name: 'layer.tar' }, layer);
  archive.finalize();
  const loading: NodeJS.ReadableStream = await docker.loadImage(Readable.from(archive));
  const output = await buffer(loading);
  if (output.includes('"error"')) throw new Error(`The test image cannot be loaded: ${output}`);
  return reference;
}

/** The same for the sandbox: a folder that holds only the Magento root; programs come from this machine. */
export function sandboxTestImage(variant = ''): string {
  const name = sha256(Buffer.from(imageFile.content + variant)).slice(0, 12);
  const folder = join(tmpdir(), `matre-test-image-${name}`);
  if (existsSync(folder)) return folder;
  const temporaryFolder = mkdtempSync(`${folder}-`);
  // For an ordinary user too.
  chmodSync(temporaryFolder, 0o755);
  mkdirSync(join(temporaryFolder, functional), { recursive: true });
  mkdirSync(dirname(join(temporaryFolder, imageFile.path)), { recursive: true });
  writeFileSync(join(temporaryFolder, imageFile.path), imageFile.content);
  if (variant !== '') writeFileSync(join(temporaryFolder, 'variant'), variant);
  try {
    renameSync(temporaryFolder, folder);
  } catch {
    // Another test file was faster.
    rmSync(temporaryFolder, { recursive: true, force: true });
  }
  return folder;
}

async function makeLayer(variant: string, programs: string[]): Promise<Buffer> {
  const layer = pack();
  const add = (header: Partial<Header> & { name: string }, content: Buffer | string = '') =>
    layer.entry({ mtime: new Date(0), uid: 0, gid: 0, ...header }, content);
  for (const folder of ['bin', 'etc', 'root', 'opt']) add({ name: folder, type: 'directory', mode: 0o755 });
  add({ name: 'tmp', type: 'directory', mode: 0o1777 });
  add({ name: functional.slice(1), type: 'directory', mode: 0o755 });
  add({ name: imageFile.path.slice(1), mode: 0o644 }, imageFile.content);
  if (variant !== '') add({ name: 'variant', mode: 0o644 }, variant);
  add({ name: 'etc/passwd', mode: 0o644 }, 'root:x:0:0:root:/root:/bin/sh\n');
  add({ name: 'bin/busybox', mode: 0o755 }, readFileSync(busybox));
  const applets = spawnSync(busybox, ['--list'], { encoding: 'utf8' }).stdout.trim().split('\n');
  for (const applet of applets.filter((name) => name !== 'busybox')) {
    add({ name: `bin/${applet}`, type: 'symlink', linkname: 'busybox' });
  }
  const paths = programs.map((name) => [name, programPath(name)] as const);
  for (const [name, path] of paths) add({ name: `bin/${name}`, mode: 0o755 }, readFileSync(path));
  for (const path of librariesOf(paths.map(([, path]) => path))) {
    add({ name: path.slice(1), mode: 0o755 }, readFileSync(path));
  }
  layer.finalize();
  return buffer(Readable.from(layer));
}

function programPath(name: string): string {
  const { stdout } = spawnSync('sh', ['-c', 'command -v "$1"', 'sh', name], { encoding: 'utf8' });
  return realpathSync(stdout.trim());
}

/** The shared libraries of programs, with the loader. */
function librariesOf(paths: string[]): Set<string> {
  const output = paths.map((path) => spawnSync('ldd', [path], { encoding: 'utf8' }).stdout).join('\n');
  return new Set([...output.matchAll(/(?:=>\s+|^\s+)(\/\S+)\s+\(0x/gm)].map(([, path = '']) => path));
}

function sha256(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}
