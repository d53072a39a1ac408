import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Fault } from '../../faults/fault.ts';
import { exists } from '../../files/exists.ts';
import type { ContainerSpec } from '../engine.ts';
import { readAll } from '../read-all.ts';
import { fileFolders, isWithin, parts } from './arguments.ts';
import { userOfTests } from './confinement.ts';
import { giveContentToTests } from './give-to-tests.ts';
import { imageFolder } from './image.ts';

/** Writes the sandbox's own files into its folder: copies of writable folders, files, hosts. Errors: DISK_FULL, ENGINE_FAILED. */
export async function fillFolder(draft: string, spec: ContainerSpec): Promise<void> {
  const image = await imageFolder(spec.image);
  await mkdir(parts.tmp(draft), { mode: 0o777 });
  for (const path of spec.writable) {
    const copy = parts.writable(draft, path);
    await mkdir(copy, { recursive: true });
    const original = join(image, path);
    if (await exists(original)) await copyFolder(original, copy);
  }
  for (const path of fileFolders(spec)) await mkdir(parts.files(draft, path), { recursive: true });
  for (const { path, mode, content } of spec.files) {
    const inside = spec.writable.some((writable) => isWithin(path, writable)) ? parts.writable : parts.files;
    await mkdir(dirname(inside(draft, path)), { recursive: true });
    await writeFile(inside(draft, path), content, { mode });
  }
  const { uid, gid } = userOfTests();
  await writeFile(parts.passwd(draft), `tests:x:${uid}:${gid}:tests:/tmp:/bin/sh\n`);
  await writeFile(parts.group(draft), `tests:x:${gid}:\n`);
  if (spec.extraHosts.length > 0) await writeFile(parts.hosts(draft), hostsFile(spec));
  await giveContentToTests(draft);
}

function hostsFile({ name, extraHosts }: ContainerSpec): string {
  const lines = extraHosts.map((entry) => {
    const colon = entry.indexOf(':');
    const address = entry.slice(colon + 1);
    // The sandbox shares the network of the machine, so it reaches the machine by the loopback.
    return `${address === 'host-gateway' ? '127.0.0.1' : address}\t${entry.slice(0, colon)}`;
  });
  return ['127.0.0.1\tlocalhost', '::1\tlocalhost', `127.0.0.1\t${name}`, ...lines, ''].join('\n');
}

/** GNU cp shares the blocks if the file system can; copying a large tree then takes seconds. */
async function copyFolder(from: string, to: string): Promise<void> {
  const cp = spawn('cp', ['-a', '--reflink=auto', '--', `${from}/.`, to], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, LC_ALL: 'C' },
  });
  const [errorOutput, [code]] = await Promise.all([readAll(cp.stderr), once(cp, 'close')]);
  if (code === 0) return;
  const isDiskFull = /no space left on device/i.test(errorOutput);
  throw new Fault(
    isDiskFull ? 'DISK_FULL' : 'ENGINE_FAILED',
    `${from} cannot be copied: ${errorOutput.trim()}`,
  );
}
