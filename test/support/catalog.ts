import type { Catalog } from '../../src/mftf/catalog/catalog.ts';
import type { CatalogAccess } from '../../src/mftf/catalog/catalogs.ts';
import { answers } from '../../src/mftf/catalog/question-task.ts';
import type { PackedFiles } from '../../src/mftf/catalog/source-pack.ts';
import { lintAnswers } from '../../src/mftf/lint/facts-tasks.ts';
import type { DefinitionIndex } from '../../src/mftf/lint/index-definitions.ts';
import type { LintAccess } from '../../src/mftf/lint/lint-sources.ts';

/** Access to a catalog in this thread. `readFile` is for questions about steps. */
export function accessTo(catalog: Catalog, readFile?: PackedFiles): CatalogAccess {
  const answer = answers as unknown as Record<string, (...inputs: unknown[]) => unknown>;
  const openFiles = async () => readFile;
  const ask = async (kind: string, input: unknown) => answer[kind]?.(catalog, input, openFiles);
  const compare = async () => {
    throw new Error('This catalog cannot be compared.');
  };
  return { ask: ask as CatalogAccess['ask'], compare };
}

/** Access to definitions in this thread. */
export function lintAccessTo(index: DefinitionIndex): LintAccess {
  const answer = lintAnswers as unknown as Record<
    string,
    (index: DefinitionIndex, input: unknown) => unknown
  >;
  const ask = async (kind: string, input: unknown) => answer[kind]?.(index, input);
  return { ask: ask as LintAccess['ask'] };
}
