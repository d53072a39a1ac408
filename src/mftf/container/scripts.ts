import { readFileSync } from 'node:fs';
import type { SpecFile } from '../../engine/engine.ts';
import { browserReuseFiles } from '../browser-reuse/scripts.ts';
import { prunedTreeFiles } from '../closure/tree.ts';

/** Where the scripts of this folder are in a container; a script has the same file name in both places. */
export const scripts = {
  prepare: '/opt/matre/prepare.sh',
  fixtures: '/opt/matre/fixtures.sh',
  start: '/opt/matre/start.sh',
  downloads: '/opt/matre/downloads.php',
  fetch: '/opt/matre/fetch.php',
};

/** All scripts for MFTF, for the `files` of a container's specification. */
export function scriptFiles(): SpecFile[] {
  const own = Object.values(scripts).map((path) => ({
    path,
    mode: 0o755,
    content: readFileSync(new URL(`.${path.slice(path.lastIndexOf('/'))}`, import.meta.url), 'utf8'),
  }));
  return [...own, ...prunedTreeFiles(), ...browserReuseFiles()];
}
