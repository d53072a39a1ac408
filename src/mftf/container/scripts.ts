import type { SpecFile } from '../../engine/engine.ts';
import { browserReuseFiles } from '../browser-reuse/scripts.ts';
import { prunedTreeFiles } from '../closure/tree.ts';
import { runDataFiles } from '../run-data/run-data-files.ts';
import { prependScript } from './prepend.ts';
import { scriptFilesOf } from './script-files.ts';

/** Where the scripts of this folder are in a container; a script has the same file name in both places. */
export const scripts = {
  prepare: '/opt/matre/prepare.sh',
  fixtures: '/opt/matre/fixtures.sh',
  start: '/opt/matre/start.sh',
  downloads: '/opt/matre/downloads.php',
  fetch: '/opt/matre/fetch.php',
  prepend: prependScript,
};

/** All scripts for MFTF, for the `files` of a container's specification. */
export function scriptFiles(): SpecFile[] {
  const own = scriptFilesOf(new URL('.', import.meta.url), Object.values(scripts));
  return [...own, ...prunedTreeFiles(), ...runDataFiles(), ...browserReuseFiles()];
}
