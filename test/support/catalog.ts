import type { Catalog } from '../../src/mftf/catalog/catalog.ts';
import type { CatalogAccess } from '../../src/mftf/catalog/catalogs.ts';
import { answers } from '../../src/mftf/catalog/question-task.ts';
import type { PackedFiles } from '../../src/mftf/catalog/tree/source-pack.ts';
import type { DefinitionIndex } from '../../src/mftf/lint/index-definitions.ts';
import type { LintAccess } from '../../src/mftf/lint/lint-sources.ts';
import { type LintTree, lintAnswers } from '../../src/mftf/lint/outline-tasks.ts';

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
export function lintAccessTo(index: DefinitionIndex, baselines: LintTree['baselines'] = []): LintAccess {
  const answer = lintAnswers as unknown as Record<string, (tree: LintTree, input: unknown) => unknown>;
  const ask = async (kind: string, input: unknown) => answer[kind]?.({ index, baselines }, input);
  return { ask: ask as LintAccess['ask'] };
}
