import { posix } from 'node:path';
import type { Catalog } from '../catalog/catalog.ts';
import type { AttachingStep, Attachments } from '../catalog/declarations/attachments.ts';
import type { PartKind } from '../catalog/declarations/parts.ts';
import { type Reference, readReference, replaceReferences } from '../catalog/declarations/references.ts';
import { type Dependencies, dependenciesOf } from './dependencies.ts';

/** Action groups call each other; a circle, which MFTF refuses, ends here. */
const maxDepth = 20;
/** Calls that are followed for one test; more are no tests of people. */
const maxCalls = 10_000;

/**
 * The names of the files that tests attach, relative to `tests/_data`, with the tests of each: those that are known before the test
 * runs, so without those that a variable or created data names.
 */
export function attachedFiles(
  catalog: Catalog,
  tests: readonly { name: string; suite: string | undefined }[],
): Map<string, string[]> {
  const search = createSearch(dependenciesOf(catalog));
  const files = new Map<string, string[]>();
  for (const { name, suite } of tests) {
    for (const file of search(name, suite)) files.set(file, [...(files.get(file) ?? []), name]);
  }
  return files;
}

const maxListedFiles = 20;

/** A sentence with the files that are not among `names`; `undefined` when there is none. */
export function describeMissingFixtures(
  files: ReadonlyMap<string, readonly string[]>,
  names: ReadonlySet<string>,
): string | undefined {
  // What is in `downloads` is made while tests run.
  const missing = [...files].filter(([file]) => !names.has(file) && !file.startsWith('downloads/'));
  if (missing.length === 0) return undefined;
  const list = missing.slice(0, maxListedFiles).map(([file, [first = '', ...others]]) => {
    return `${file} (${first}${others.length > 0 ? ` and ${others.length} more` : ''})`;
  });
  const more = missing.length > list.length ? ` and ${missing.length - list.length} more` : '';
  const places = 'neither dev/tests/acceptance/tests/_data of the image nor Test/Mftf/_data of a module has';
  return `Tests attach files that ${places}: ${list.join(', ')}${more}.`;
}

type Values = ReadonlyMap<string, string>;

/** Returns a function that finds the files which a test attaches. */
function createSearch(dependencies: Dependencies): (test: string, suite: string | undefined) => Set<string> {
  /** All declarations of a part, those of its parents first. */
  const declarationsOf = (kind: PartKind, name: string, depth = 0): Attachments[] => {
    const own = dependencies.declaring(`${kind}:${name}`).flatMap(({ part }) => part.attachments ?? []);
    const parent = own.findLast((one) => one.parent !== undefined)?.parent;
    if (parent === undefined || parent === name || depth > maxDepth) return own;
    return [...declarationsOf(kind, parent, depth + 1), ...own];
  };
  const fieldOf = (entity: string, field: string) =>
    declarationsOf('entity', entity).findLast(({ fields = {} }) => Object.hasOwn(fields, field))?.fields?.[
      field
    ];

  /** The text of a field of data, or of an argument; `undefined` when it is known only in a run. */
  const read = ({ name, member }: Pick<Reference, 'name' | 'member'>, values: Values): string | undefined => {
    const value = values.get(name);
    return member === undefined ? value : fieldOf(value ?? name, member);
  };
  /** A text with its references resolved. */
  const resolve = (text: string, values: Values): string | undefined => {
    let isKnown = true;
    const resolved = replaceReferences(text, (reference) => {
      const value = reference.parameters === undefined ? read(reference, values) : undefined;
      isKnown &&= value !== undefined;
      return value ?? '';
    });
    if (!isKnown || /[{}$]/.test(resolved)) return undefined;
    // Without braces: data and its field, or an argument that is passed on.
    const plain = resolved === text ? readReference(text) : undefined;
    return plain === undefined ? resolved : (read(plain, values) ?? text);
  };

  return (test, suite) => {
    const files = new Set<string>();
    let calls = 0;
    const follow = (declarations: Attachments[], values: Values, depth: number) => {
      const steps = new Map<string, AttachingStep>();
      for (const one of declarations) {
        for (const [key, step] of Object.entries(one.steps ?? {})) steps.set(key, step);
      }
      for (const step of steps.values()) {
        if (step === null) continue;
        if ('file' in step) {
          const file = resolve(step.file, values);
          if (file) files.add(posix.normalize(file));
          continue;
        }
        calls += 1;
        if (depth >= maxDepth || calls > maxCalls) return;
        const group = declarationsOf('actionGroup', step.group);
        const passed = new Map<string, string>();
        for (const { defaults = {} } of group) {
          for (const [name, value] of Object.entries(defaults)) passed.set(name, value);
        }
        for (const [name, value] of Object.entries(step.arguments)) {
          const text = resolve(value, values);
          if (text === undefined) passed.delete(name);
          else passed.set(name, text);
        }
        follow(group, passed, depth + 1);
      }
    };
    follow(declarationsOf('test', test), new Map(), 0);
    if (suite !== undefined) follow(declarationsOf('suite', suite), new Map(), 0);
    return files;
  };
}
