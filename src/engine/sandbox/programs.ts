import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { Fault } from '../../faults/fault.ts';

/** What a sandbox is made of, by absolute path: the PATH inside is another one. */
export interface Programs {
  bwrap: string;
  nsenter: string;
}

/** Rejects with ENGINE_UNREACHABLE that names the package which is missing. */
export function findPrograms(): Programs {
  return { bwrap: findProgram('bwrap', 'bubblewrap'), nsenter: findProgram('nsenter', 'util-linux') };
}

function findProgram(program: string, packageName: string): string {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    const path = join(folder, program);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // Not in this one.
    }
  }
  throw new Fault(
    'ENGINE_UNREACHABLE',
    `The sandbox needs ${program}, which is not installed: install the package ${packageName}.`,
  );
}
