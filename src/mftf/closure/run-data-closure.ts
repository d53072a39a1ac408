import type { PlannedTest } from '../../model/selection.ts';
import type { Catalog } from '../catalog/catalog.ts';
import { type PartKind, usesOf } from '../catalog/declarations/parts.ts';
import { type Declared, dependenciesOf, filesOf, testKeysOf } from './dependencies.ts';

/** What MFTF has to read for the data that steps of some tests create, update and read while they run. */
export type RunDataClosure =
  | ({ kind: 'pruned' } & PrunedRunData)
  /** A pruned tree cannot have all of it, for this reason. */
  | { kind: 'whole'; reason: string }
  /** Their steps name no data. */
  | { kind: 'none' };

/** Data and operations, with all files that declare them. */
export interface PrunedRunData {
  /** Relative to the Magento root, in the order of merging. */
  files: string[];
  /** Names of data. Each of their declarations is in the files, and so is what they refer to. */
  entities: string[];
  /** Types of data whose operations are all in the files. */
  dataTypes: string[];
}

/** The kinds whose steps create data. */
const stepKinds = new Set<PartKind>(['test', 'actionGroup', 'suite']);
/** The kinds that MFTF reads when a step creates data. */
const dataKinds = new Set<PartKind>(['entity', 'operation']);
const creates = 'creates:';

/** The data and operations of some tests, as far as their XML tells: helpers may create other data, which is not in the result. */
export function runDataClosureOf(catalog: Catalog, tests: readonly PlannedTest[]): RunDataClosure {
  const dependencies = dependenciesOf(catalog);
  const created = new Set<string>();
  for (const { part } of dependencies.reach(tests.flatMap(testKeysOf), (kind) => stepKinds.has(kind))) {
    for (const use of usesOf(part)) {
      if (use.startsWith(creates)) created.add(`entity:${use.slice(creates.length)}`);
    }
  }
  if (created.size === 0) return { kind: 'none' };
  const declarations: Declared[] = [];
  const names = { entity: new Set<string>(), operation: new Set<string>() };
  for (const declaration of dependencies.reach([...created], (kind) => dataKinds.has(kind))) {
    const { part, file } = declaration;
    if (file.obstacle !== undefined) return { kind: 'whole', reason: file.obstacle };
    declarations.push(declaration);
    if (part.kind === 'entity' || part.kind === 'operation') names[part.kind].add(part.name);
  }
  return {
    kind: 'pruned',
    files: filesOf(catalog, declarations).map(({ path }) => path),
    entities: [...names.entity],
    dataTypes: [...names.operation],
  };
}
