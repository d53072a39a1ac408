import type { Catalog, CatalogFile } from './catalog.ts';

/** Lines `kind<tab>path` of the files of a Magento tree, and of each test module in it. */
export interface SchemaFiles {
  tree: string;
  modules: string[];
}

/** The files that MFTF's schemas are for. `targets` are the folders of the test modules, relative to the Magento root. */
export function filesForSchemas({ files }: Catalog, targets: readonly string[]): SchemaFiles {
  const lines = (list: CatalogFile[]) => list.flatMap(schemaLine).join('');
  const isIn = ({ path }: CatalogFile, target: string) => path.startsWith(`${target}/`);
  return {
    tree: lines(files.filter((file) => !targets.some((target) => isIn(file, target)))),
    modules: targets.map((target) => lines(files.filter((file) => isIn(file, target)))),
  };
}

function schemaLine({ path, parts: [first] }: CatalogFile): string[] {
  if (first === undefined || first.kind === 'helper' || !isLineOfText(path)) return [];
  return [`${first.kind}\t${path}\n`];
}

/** A path of other bytes cannot be passed on; what needs such a file is generated from the whole tree. */
function isLineOfText(path: string): boolean {
  return !/[\n\t\uFFFD]/.test(path);
}
