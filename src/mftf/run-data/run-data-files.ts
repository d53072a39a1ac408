import type { SpecFile } from '../../engine/engine.ts';
import { scriptFilesOf } from '../container/script-files.ts';

/** The paths of this folder's scripts in a container. */
export const runDataScripts = {
  make: '/opt/matre/make-run-data.php',
  use: '/opt/matre/run-data.php',
  objects: '/opt/matre/stored-objects.php',
};

/** The scripts, for the `files` of a container's specification. */
export function runDataFiles(): SpecFile[] {
  return scriptFilesOf(new URL('.', import.meta.url), Object.values(runDataScripts));
}
