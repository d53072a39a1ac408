import { fileURLToPath } from 'node:url';

/** The path of something in the package's `examples` folder; works from the sources and from `dist`. */
export function examplePath(name: string): string {
  return fileURLToPath(new URL(`../../examples/${name}`, import.meta.url));
}
