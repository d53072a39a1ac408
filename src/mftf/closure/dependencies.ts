import type { Catalog, CatalogFile } from '../catalog/catalog.ts';
import { type Part, type PartKind, usesOf } from '../catalog/parts.ts';

/** A part where a file declares it; a name that several files declare has one for each. */
export interface Declared {
  part: Part;
  file: CatalogFile;
  /** Position of the file in the order of merging. */
  order: number;
}

/** Who declares what, and what that refers to. */
export interface Dependencies {
  /** Everything that declares a name, in the order of merging: `actionGroup:Name` and the like. */
  declaring(key: string): readonly Declared[];
  /** All that can be reached from some parts, themselves included, through parts of the kinds that `follow` wants. */
  reach(keys: string[], follow: (kind: PartKind) => boolean): Iterable<Declared>;
}

/** A bare name may be any of these, and MFTF tries more than one. */
const unnamedKinds: PartKind[] = ['entity', 'page', 'section'];

/** The index over a catalog: 40 ms for Magento 2.4.4. */
export function dependenciesOf(catalog: Catalog): Dependencies {
  const index = new Map<string, Declared[]>();
  for (const [order, file] of catalog.files.entries()) {
    for (const part of file.parts) {
      const key = `${part.kind}:${part.name}`;
      const declared = index.get(key);
      if (declared) declared.push({ part, file, order });
      else index.set(key, [{ part, file, order }]);
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
        for (const declared of declaring(key)) {
          if (!follow(declared.part.kind)) continue;
          reached.push(declared);
          for (const used of usesOf(declared.part)) {
            if (used.includes(':')) queue.push(used);
            else for (const kind of unnamedKinds) queue.push(`${kind}:${used}`);
          }
        }
      }
      return reached;
    },
  };
}
