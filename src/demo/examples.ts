import { fileURLToPath } from 'node:url';

/** A path in the `examples` folder of the package; works from the sources and from `dist`. */
export function examplePath(name: string): string {
  return fileURLToPath(new URL(`../../examples/${name}`, import.meta.url));
}
