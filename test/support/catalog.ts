import type { Catalog } from '../../src/mftf/catalog/catalog.ts';
import type { CatalogAccess } from '../../src/mftf/catalog/catalogs.ts';
import { answers } from '../../src/mftf/catalog/question-task.ts';

/** Access to a catalog in this thread. */
export function accessTo(catalog: Catalog): CatalogAccess {
  const answer = answers as unknown as Record<string, (catalog: Catalog, input: unknown) => unknown>;
  const ask = async (kind: string, input: unknown) => answer[kind]?.(catalog, input);
  return { ask: ask as CatalogAccess['ask'] };
}
