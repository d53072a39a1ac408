import type { PlannedTest } from '../../model/selection.ts';
import type { Catalog, CatalogFile } from '../catalog/catalog.ts';
import { type Part, type PartKind, usesOf } from '../catalog/declarations/parts.ts';

/** A declaration of a part in a file; a name may have several. */
export interface Declared {
  part: Part;
  file: CatalogFile;
  /** Position of the file in the order of merging. */
  order: number;
}

/** The declarations of a catalog and their references. */
export interface Dependencies {
  /** The declarations of a key such as `actionGroup:Name`, in the order of merging; those of an operation also by `operationName:Name`. */
  declaring(key: string): readonly Declared[];
  /** All declarations reachable from some keys, themselves included, through parts of the kinds that `follow` accepts. */
  reach(keys: string[], follow: (kind: PartKind) => boolean): Iterable<Declared>;
}

/** The kinds that a bare name may refer to; MFTF tries more than one. */
const unnamedKinds: PartKind[] = ['entity', 'page', 'section'];

/** The keys that a reference of a part may mean. */
export function keysOf(reference: string): string[] {
  return reference.includes(':') ? [reference] : unnamedKinds.map((kind) => `${kind}:${reference}`);
}

/** The keys of a test and of its suite. */
export function testKeysOf({ name, suite }: PlannedTest): string[] {
  return suite === undefined ? [`test:${name}`] : [`test:${name}`, `suite:${suite}`];
}

/** The files of declarations, in the order of merging, with the files that give packages in `dev` their names. */
export function filesOf(catalog: Catalog, declarations: readonly Declared[]): CatalogFile[] {
  const orders = new Set(declarations.map(({ order }) => order));
  const packages = new Set(
    declarations.map(({ file }) => file.root).filter((root) => root.startsWith('dev/')),
  );
  return catalog.files.filter(
    (file, order) =>
      orders.has(order) || (packages.has(file.root) && file.path === `${file.root}/composer.json`),
  );
}

const cache = new WeakMap<Catalog, Dependencies>();

/** The index of a catalog, which is built once: 40 ms for Magento 2.4.4. */
export function dependenciesOf(catalog: Catalog): Dependencies {
  const dependencies = cache.get(catalog) ?? buildIndex(catalog);
  cache.set(catalog, dependencies);
  return dependencies;
}

function buildIndex(catalog: Catalog): Dependencies {
  const index = new Map<string, Declared[]>();
  for (const [order, file] of catalog.files.entries()) {
    for (const part of file.parts) {
      for (const key of [`${part.kind}:${part.name}`, ...operationNames(part)]) {
        const declarations = index.get(key);
        if (declarations) declarations.push({ part, file, order });
        else index.set(key, [{ part, file, order }]);
      }
    }
  }
  const declaring = (key: string) => index.get(key) ?? [];
  return {
    declaring,
    reach(keys, follow) {
      const visited = new Set<string>();
      const queue = [...keys];
      const reached: Declared[] = [];
      for (let key = queue.pop(); key !== undefined; key = queue.pop()) {
        if (visited.has(key)) continue;
        visited.add(key);
        for (const declaration of declaring(key)) {
          if (!follow(declaration.part.kind)) continue;
          reached.push(declaration);
          for (const reference of usesOf(declaration.part)) queue.push(...keysOf(reference));
        }
      }
      return reached;
    },
  };
}

function operationNames(part: Part): string[] {
  return part.kind === 'operation' ? usesOf(part).filter((use) => use.startsWith('operationName:')) : [];
}
