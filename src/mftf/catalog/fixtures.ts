import type { Declarations } from './declarations/declaration.ts';
import { dataRoot } from './tree/paths.ts';

/** The fixture files that tests find below `tests/_data`: those of the Magento tree and those of modules. */
export interface Fixtures {
  /** The names of all, relative to `tests/_data`. */
  names: ReadonlySet<string>;
  /**
   * The folders `_data` of modules, relative to the Magento root, in the order in which they are copied; a later one replaces
   * equal names. Those of the Magento tree come first, in the order of merging, then those of the test modules, in their order. The
   * files of the tree's own `tests/_data` replace all.
   */
  folders: string[];
  /** The files that another one of the same name replaces. */
  hidden: { path: string; by: string }[];
}

/**
 * The fixture files of modules in the folders `modules`, in the order of merging. `sources` are the folders that they were read
 * from: the Magento tree, and what is mounted in it.
 */
export function fixturesOf(
  declared: Declarations['fixtures'],
  modules: readonly string[],
  sources: readonly string[],
): Fixtures {
  const sourceOf = (module: string) =>
    sources.findLastIndex((source) => source === '' || `${module}/`.startsWith(`${source}/`));
  const roots = [...modules].sort((a, b) => sourceOf(a) - sourceOf(b));
  const ranks = new Map([...roots, dataRoot].map((root, rank) => [root, rank]));
  const inOrder = declared
    .flatMap((file) => {
      const rank = ranks.get(file.root);
      return rank === undefined ? [] : [{ ...file, rank }];
    })
    .sort((a, b) => a.rank - b.rank || (a.path < b.path ? -1 : 1));
  const last = new Map(inOrder.map(({ name, path }) => [name, path]));
  return {
    names: new Set(last.keys()),
    folders: roots.map((root) => `${root}/_data`),
    hidden: inOrder.flatMap(({ name, path }) => {
      const by = last.get(name);
      return by === undefined || by === path ? [] : [{ path, by }];
    }),
  };
}

const maxListedFiles = 10;

/** A sentence with the files that are not used; `undefined` when all are. */
export function describeHidden(hidden: Fixtures['hidden']): string | undefined {
  if (hidden.length === 0) return undefined;
  const list = hidden.slice(0, maxListedFiles).map(({ path, by }) => `${path} (by ${by})`);
  const more = hidden.length > list.length ? ` and ${hidden.length - list.length} more` : '';
  return `Fixture files that another one of the same name replaces: ${list.join(', ')}${more}.`;
}
