// Reads a Magento tree, or its stored catalog, once and in a process of its own: nothing is compiled or cached
// beforehand. Prints the elapsed seconds, and those of processor time, as JSON.
//
//   npx tsx bench/catalog/reading.ts cold ROOT STORED     reads the tree, then writes the stored catalog
//   npx tsx bench/catalog/reading.ts warm ROOT STORED
import { readFile, writeFile } from 'node:fs/promises';
import { buildCatalog } from '../../src/mftf/catalog/catalog.ts';
import {
  declarationsFromBytes,
  declarationsToBytes,
  readDeclarations,
} from '../../src/mftf/catalog/declarations/declarations.ts';
import { folderSource } from '../../src/mftf/catalog/tree/source.ts';

const [kind, root = '', stored = ''] = process.argv.slice(2);
const startedAt = performance.now();
const before = process.cpuUsage();
const read =
  kind === 'cold'
    ? await readDeclarations(folderSource(root, ''))
    : declarationsFromBytes(await readFile(stored));
buildCatalog([read]);
const { user, system } = process.cpuUsage(before);
console.log(
  JSON.stringify({ wall: (performance.now() - startedAt) / 1000, cpu: (user + system) / 1_000_000 }),
);
if (kind === 'cold') await writeFile(stored, declarationsToBytes(read));
