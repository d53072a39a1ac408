import { shorten } from '../../model/visible-text.ts';
import type { CatalogTest } from './catalog-test.ts';
import type { Problem, SuiteDeclaration, SuiteReference } from './declarations/declaration.ts';
import { isClassName, isFileName } from './names.ts';

/** Tests that run together, between a before and an after. */
export interface Suite {
  name: string;
  files: string[];
  /** The names of its tests as MFTF resolves them, without those that it cannot generate. */
  tests: string[];
  /** How many tests MFTF counts as its own; it cannot generate all of them. */
  memberCount: number;
}

type Tests = ReadonlyMap<string, CatalogTest>;
type Groups = ReadonlyMap<string, string[]>;

/** Merges suites of the same name. Suites that MFTF rejects are omitted, and name clashes are added to `problems`. */
export function mergeSuites(
  declared: SuiteDeclaration[],
  tests: Tests,
  groups: Groups,
  problems: Problem[],
): Map<string, Suite> {
  const byName = new Map<string, SuiteDeclaration[]>();
  for (const file of declared) byName.set(file.name, [...(byName.get(file.name) ?? []), file]);
  const candidates = memberCandidates(tests);
  const suites = new Map<string, Suite>();
  for (const [name, files] of byName) {
    const clash = nameClash(name, groups);
    const [first] = files;
    if (clash && first) problems.push({ path: first.path, line: first.line, message: clash });
    const members = clash ? undefined : suiteMembers(files, candidates, groups);
    if (members === undefined) continue;
    const usable = members.filter((test) => tests.get(test)?.unusable === undefined);
    suites.set(name, {
      name,
      files: files.map((file) => file.path),
      tests: usable,
      memberCount: members.length,
    });
  }
  return suites;
}

function nameClash(name: string, groups: Groups): string | undefined {
  if (!isClassName(name) || !isFileName(name)) return `A suite cannot be named "${shorten(name, 100)}".`;
  if (name === 'default') return 'A suite cannot be named "default".';
  const [test] = groups.get(name) ?? [];
  return test && `The suite ${name} has the name of a group (of ${test}, for example).`;
}

function suiteMembers(files: SuiteDeclaration[], tests: Tests, groups: Groups): string[] | undefined {
  const actions = (hook: 'before' | 'after') => {
    const counts = files.map((file) => file[hook]).filter((count) => count !== undefined);
    return counts.length === 0 ? undefined : counts.reduce((sum, count) => sum + count, 0);
  };
  const before = actions('before');
  const after = actions('after');
  // MFTF requires both hooks or none.
  if ((before === undefined) !== (after === undefined)) return undefined;
  const included = resolveReferences(
    files.flatMap((file) => file.include),
    tests,
    groups,
  );
  const excluded = resolveReferences(
    files.flatMap((file) => file.exclude),
    tests,
    groups,
  );
  const hasActions = (before ?? 0) + (after ?? 0) > 0;
  if (!hasActions && included.size + excluded.size === 0) return undefined;
  // A suite whose includes match no test has all tests, as in MFTF.
  const members = included.size > 0 ? included : new Set(tests.keys());
  return [...members].filter((name) => !excluded.has(name));
}

/** The names of the tests that references match. References without a match are ignored. */
function resolveReferences(references: SuiteReference[], tests: Tests, groups: Groups): Set<string> {
  // One reference per name: of a test and a group with the same name, the later declaration counts.
  const byName = new Map(references.map((reference) => [reference.name, reference.kind]));
  const names = new Set<string>();
  for (const [name, kind] of byName) {
    if (kind === 'test') names.add(name);
    if (kind === 'group') for (const test of groups.get(name) ?? []) names.add(test);
    if (kind === 'module') for (const test of tests.values()) if (test.module === name) names.add(test.name);
  }
  return new Set([...names].filter((name) => tests.has(name)));
}

/**
 * The tests that MFTF counts as members of suites. They include those whose parent is missing, because MFTF notices that only when
 * it generates: a suite of only such tests is not empty.
 */
function memberCandidates(tests: Tests): Tests {
  const candidates = new Map<string, CatalogTest>();
  for (const test of tests.values()) {
    const parentMissing =
      test.extends !== undefined && test.extends !== test.name && !tests.has(test.extends);
    if (test.unusable === undefined || parentMissing) candidates.set(test.name, test);
  }
  return candidates;
}
