import type { Catalog, CatalogFile } from './catalog.ts';

/** Lines `kind<tab>path` of the files of a Magento tree and of a test module in it. */
export interface SchemaFiles {
  tree: string;
  module: string;
}

/** The files that MFTF's schemas are for. `module` is the folder of the test module, relative to the Magento root. */
export function filesForSchemas({ files }: Catalog, module: string): SchemaFiles {
  const lines = (list: CatalogFile[]) => list.flatMap(schemaLine).join('');
  const isInModule = ({ path }: CatalogFile) => path.startsWith(`${module}/`);
  return {
    tree: lines(files.filter((file) => !isInModule(file))),
    module: lines(files.filter(isInModule)),
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
