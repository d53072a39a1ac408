import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readCatalog } from '../../src/mftf/catalog/catalog.ts';
import { createResolver } from '../../src/mftf/resolver/resolver.ts';

/** The sample module whose Cests are known, and what MFTF generated from it. */
export const quaySamples = new URL('../samples/cests/', import.meta.url).pathname;
export const quayRoot = 'app/code/Quay/Harbour/Test/Mftf';

/** The files of the module, with others in place of some. */
export async function readQuayModule(changes: Record<string, string> = {}) {
  const contents = new Map<string, Buffer>();
  const folder = join(quaySamples, 'module');
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (/\.\w+$/.test(name)) contents.set(`${quayRoot}/${name}`, readFileSync(join(folder, name)));
  }
  for (const [name, content] of Object.entries(changes)) {
    contents.set(`${quayRoot}/${name}`, Buffer.from(content));
  }
  const files = [...contents].map(([path, content]) => ({ path, content }));
  const catalog = await readCatalog([{ root: '', files }]);
  const read = (path: string) => contents.get(path) ?? Buffer.alloc(0);
  return { files, catalog, read, resolver: createResolver(catalog, read) };
}
