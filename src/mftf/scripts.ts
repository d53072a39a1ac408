import { readFileSync } from 'node:fs';
import type { SpecFile } from '../engine/engine.ts';

/** Where the scripts of this folder are in a container. */
export const scripts = {
  prepare: '/opt/matre/prepare.sh',
};

/** The scripts, for the `files` of a container's specification. */
export function scriptFiles(): SpecFile[] {
  return Object.entries(scripts).map(([name, path]) => ({
    path,
    mode: 0o755,
    content: readFileSync(new URL(`./${name}.sh`, import.meta.url), 'utf8'),
  }));
}
