import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { Fault } from '../../faults/fault.ts';

/** The programs of the sandbox, as absolute paths: the PATH inside differs. */
export interface Programs {
  bwrap: string;
  nsenter: string;
  setpriv: string;
  unshare: string;
}

/** Throws ENGINE_UNREACHABLE with the name of the missing package. */
export function findPrograms(): Programs {
  return {
    bwrap: findProgram('bwrap', 'bubblewrap'),
    nsenter: findProgram('nsenter', 'util-linux'),
    setpriv: findProgram('setpriv', 'util-linux'),
    unshare: findProgram('unshare', 'util-linux'),
  };
}

function findProgram(program: string, packageName: string): string {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    const path = join(folder, program);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // Not in this folder.
    }
  }
  throw new Fault(
    'ENGINE_UNREACHABLE',
    `The sandbox needs ${program}, which is not installed: install the package ${packageName}.`,
  );
}
