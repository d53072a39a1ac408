import type { Catalog } from '../catalog/catalog.ts';
import { elements, type PartKind } from '../catalog/declarations/parts.ts';
import { dependenciesOf } from '../closure/dependencies.ts';
import { copyElement, mergeElement } from './merge.ts';
import type { Resolution } from './model.ts';
import { refuse, resolution } from './refusal.ts';
import { type MutableElement, readElements } from './xml-tree.ts';

type Kind = Exclude<PartKind, 'helper' | 'operation'>;

/** The kinds of which a file may have one (measured with 3.8 and 6.0). */
const isAlone = (kind: Kind) =>
  kind === 'page' || kind === 'section' || kind === 'actionGroup' || kind === 'suite';

/** Reads the declarations of a catalog as elements. Throws as `refuse` does for a file that MFTF cannot read. */
export interface DeclarationReader {
  /** The declarations of a name, one for each file, in the order of merging. */
  declarations(kind: Kind, name: string): MutableElement[];
  /** All declarations of a name as one element; `undefined` when there is none. */
  merged(kind: Kind, name: string): MutableElement | undefined;
}

/** `read` returns the content of a file of the catalog, by its path. */
export function createDeclarationReader(
  catalog: Catalog,
  read: (path: string) => Uint8Array,
): DeclarationReader {
  const { declaring } = dependenciesOf(catalog);
  const files = new Map<string, Resolution<Map<string, MutableElement[]>>>();

  /** Each file is read once, also one that is refused: many tests may depend on it. */
  function elementsOf(kind: Kind, path: string): Map<string, MutableElement[]> {
    const content = files.get(path) ?? resolution(() => readFile(kind, path));
    files.set(path, content);
    return 'resolved' in content ? content.resolved : refuse(content.refusal.origin, content.refusal.message);
  }

  function readFile(kind: Kind, path: string): Map<string, MutableElement[]> {
    const { root, element } = elements[kind];
    const { elements: all, problem, leftToMftf } = readElements(read(path), root, path);
    const reason = problem ?? leftToMftf;
    if (reason) refuse({ file: path, line: reason.line }, reason.message);
    const second = all.filter(({ tag }) => tag === element)[1];
    if (second && isAlone(kind)) {
      refuse(second.origin, `MFTF accepts one <${element}> in a file, and ${path} has more.`);
    }
    const byName = new Map<string, MutableElement[]>();
    for (const declaration of all) {
      if (declaration.tag !== element) continue;
      const { name = '' } = declaration.attributes;
      const others = byName.get(name);
      if (others) others.push(declaration);
      else byName.set(name, [declaration]);
    }
    return byName;
  }

  const declarations = (kind: Kind, name: string) => {
    const paths = new Set(declaring(`${kind}:${name}`).map(({ file }) => file.path));
    return [...paths].flatMap((path) => elementsOf(kind, path).get(name) ?? []);
  };
  return {
    declarations,
    merged(kind, name) {
      const [first, ...others] = declarations(kind, name);
      if (first === undefined || others.length === 0) return first;
      const merged = copyElement(first);
      for (const other of others) mergeElement(merged, copyElement(other));
      return merged;
    },
  };
}
