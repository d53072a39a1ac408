import { readFileSync } from 'node:fs';
import type { SpecFile } from '../../engine/engine.ts';

/** Scripts of a folder of matre, for the `files` of a container's specification. `paths` are those in the container. */
export function scriptFilesOf(folder: URL, paths: readonly string[]): SpecFile[] {
  return paths.map((path) => ({
    path,
    mode: 0o755,
    content: readFileSync(new URL(`.${path.slice(path.lastIndexOf('/'))}`, folder), 'utf8'),
  }));
}
