import { createHash } from 'node:crypto';
import { type LintFinding, lintRules } from '../../model/lint.ts';
import { checkUnused } from './check-unused.ts';
import { checkUses } from './check-uses.ts';
import type { RawFinding } from './finding.ts';
import type { DefinitionIndex } from './index-definitions.ts';
import type { DefinitionKind } from './outline.ts';
import { reachabilityOf } from './reachability.ts';

/** What was checked, and all findings of it. */
export interface Linted {
  /** Files that were checked. */
  files: number;
  /** Files that were read, with those of the Magento tree. */
  treeFiles: number;
  findings: LintFinding[];
}

/** The findings of the files below some folders of the tree, all of them for ''. Paths are those of the tree. */
export function lintBelow(index: DefinitionIndex, folders: readonly string[]): Linted {
  const prefixes = folders.map((folder) => (folder === '' ? '' : `${folder}/`));
  const isChecked = (path: string) => prefixes.some((prefix) => path.startsWith(prefix));
  return {
    files: index.files.filter(({ path }) => isChecked(path)).length,
    treeFiles: index.files.length,
    findings: lint(index, isChecked),
  };
}

/**
 * The findings of the files that `isChecked` accepts, by path and line, each once. All files of the tree count for what exists and what
 * is used.
 */
export function lint(index: DefinitionIndex, isChecked: (path: string) => boolean): LintFinding[] {
  const reachability = reachabilityOf(index);
  const raw: RawFinding[] = [];
  for (const { path, definitions, findings } of index.files) {
    if (!isChecked(path)) continue;
    for (const finding of findings) raw.push({ path, ...finding });
    for (const definition of definitions) {
      const place = { path, definition };
      for (const finding of checkUses(index, place)) raw.push(finding);
      for (const finding of checkUnused(index, reachability, place)) raw.push(finding);
    }
  }
  raw.sort(comparePlaces);
  const occurrences = new Map<string, number>();
  // Two attributes of a step may have the same mistake, such as both selectors of <conditionalClick>.
  const distinct = raw.filter((finding, index) => {
    const previous = raw[index - 1];
    return previous === undefined || comparePlaces(previous, finding) !== 0;
  });
  return distinct.map(({ code, path, line, message, definition, subject }) => {
    const key = JSON.stringify([code, definition ?? path, subject]);
    const occurrence = occurrences.get(key) ?? 0;
    occurrences.set(key, occurrence + 1);
    const [level] = lintRules[code];
    const [, kind, name] = /^(\S+) (.*)$/s.exec(definition ?? '') ?? [];
    const owner = kind === undefined || name === undefined ? null : { kind: kind as DefinitionKind, name };
    return {
      ...{ code, level, path, line, message, definition: owner },
      fingerprint: digest(`${key} ${occurrence}`),
    };
  });
}

/** Orders findings by their place; 0 for two that say the same of one line. */
function comparePlaces(a: RawFinding, b: RawFinding): number {
  return (
    compare(a.path, b.path) ||
    a.line - b.line ||
    compare(a.code, b.code) ||
    compare(a.subject, b.subject) ||
    compare(a.definition ?? '', b.definition ?? '') ||
    compare(a.message, b.message)
  );
}

const digest = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 32);
const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
