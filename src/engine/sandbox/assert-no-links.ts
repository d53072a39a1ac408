import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { Fault } from '../../faults/fault.ts';
import { ifPresent } from '../../files/missing-file.ts';
import type { ContainerSpec } from '../engine.ts';
import { isWithin, parts } from './arguments.ts';

/**
 * Throws ENGINE_FAILED when the way to a mount point in a writable folder leads over a link: a test of an earlier start may have left
 * one, and bubblewrap follows it, as root and to folders of the machine.
 */
export async function assertNoLinks(folder: string, spec: ContainerSpec): Promise<void> {
  const targets = [...spec.tmpfs, ...spec.mounts].map(({ target }) => target);
  const copies = [
    ['/tmp', parts.tmp(folder)] as const,
    ...spec.writable.map((path) => [path, parts.writable(folder, path)] as const),
  ];
  for (const [writable, copy] of copies) {
    for (const target of targets.filter((path) => isWithin(path, writable))) {
      let path = copy;
      for (const name of target.slice(writable.length).split('/')) {
        path = join(path, name);
        if ((await ifPresent(lstat(path)))?.isSymbolicLink()) {
          throw new Fault('ENGINE_FAILED', `${spec.name} has a link in the place of ${target}: replace it.`);
        }
      }
    }
  }
}
