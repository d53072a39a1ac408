import type { Document, Node, Pair } from 'yaml';
import type { z } from 'zod';
import { Fault } from '../../faults/fault.ts';
import { shorten, visible } from '../../model/visible-text.ts';
import { describeUnknownField, type ProjectFile, projectFile } from './project-file.ts';

/** A part of a file: the keys that lead to it. */
type Path = readonly PropertyKey[];

/** Something wrong with a part of a file. */
export interface FileProblem {
  path: Path;
  message: string;
}

export interface ReadProject {
  project: ProjectFile;
  /** The fault about some parts of the file, with the line and column of each. */
  fault(problems: readonly FileProblem[]): Fault;
}

/** How deep collections may be nested; a file needs five levels. */
const maxDepth = 16;
/** How many nodes aliases may stand for, of each anchor. */
const maxAliases = 100;
/** More are counted. */
const maxDescribedProblems = 10;

/**
 * Reads a `matre.yml`. Errors: PROJECT_FILE_INVALID, which names up to ten problems, each as `matre.yml:12:7: what is wrong`.
 */
export async function readProjectFile(name: string, content: string): Promise<ReadProject> {
  // Loaded here, because most commands never need it.
  const { Composer, isAlias, isMap, isSeq, isScalar, LineCounter, Parser } = await import('yaml');
  const lines = new LineCounter();
  const tokens = [...new Parser(lines.addNewLine).parse(content)];
  const tooDeep = offsetBelow(tokens, maxDepth);
  if (tooDeep !== undefined) {
    throw faultAt([{ offset: tooDeep, message: `nests deeper than ${maxDepth} levels` }]);
  }
  const documents = [...new Composer({ version: '1.2', merge: false, logLevel: 'error' }).compose(tokens)];
  const [document = undefined, second] = documents;
  if (second) throw faultAt([{ offset: second.range[0], message: 'has a second document; one is read' }]);
  if (document === undefined || document.contents === null) return accept({}, undefined);
  const flaws = [...document.errors, ...document.warnings];
  if (flaws.length > 0) {
    throw faultAt(flaws.map(({ pos: [offset], message }) => ({ offset, message })));
  }
  return accept(toJs(document), document);

  function toJs(parsed: Document): unknown {
    try {
      return parsed.toJS({ maxAliasCount: maxAliases });
    } catch (error) {
      // Too many aliases, or one without an anchor.
      throw faultAt([{ offset: 0, message: (error as Error).message }]);
    }
  }

  function accept(value: unknown, parsed: Document | undefined): ReadProject {
    const fault = (problems: readonly FileProblem[]) =>
      faultAt(
        problems.map(({ path, message }) => ({
          offset: parsed === undefined ? 0 : offsetOf(parsed, path),
          message: path.length === 0 ? message : `${path.map(String).join('.')}: ${message}`,
        })),
      );
    const result = projectFile.safeParse(value);
    if (result.success) return { project: result.data, fault };
    throw fault(result.error.issues.flatMap(problemsOf));
  }

  function faultAt(problems: readonly { offset: number; message: string }[]): Fault {
    const sorted = [...problems].sort((one, other) => one.offset - other.offset);
    const described = sorted.slice(0, maxDescribedProblems).map(({ offset, message }) => {
      const { line, col } = lines.linePos(offset);
      return `${name}:${line || 1}:${col || 1}: ${shorten(visible(message), 300)}`;
    });
    const more = sorted.length - described.length;
    const text = described.join('; ') + (more > 0 ? `; and ${more} more` : '');
    return new Fault('PROJECT_FILE_INVALID', `${text}.`);
  }

  /** The place of a part, of its key in a mapping; for one that is missing, that of what it is missing in. */
  function offsetOf(parsed: Document, path: Path): number {
    let node: unknown = parsed.contents;
    let offset = parsed.range?.[0] ?? 0;
    for (const key of path) {
      if (isAlias(node)) return offset;
      const child = isMap(node)
        ? childOf(node.items, key)
        : isSeq(node) && typeof key === 'number'
          ? { at: node.items[key] as Node | undefined, value: node.items[key] }
          : undefined;
      if (child === undefined) break;
      offset = child.at?.range?.[0] ?? offset;
      node = child.value;
    }
    return offset;
  }

  function childOf(items: Pair[], key: PropertyKey) {
    const pair = items.find((each) => isScalar(each.key) && String(each.key.value) === String(key));
    return pair && { at: pair.key as Node, value: pair.value };
  }
}

/** The problems of an issue of the schema. */
function problemsOf(issue: z.core.$ZodIssue): FileProblem[] {
  const { path } = issue;
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ path: [...path, key], message: describeUnknownField(key) }));
  }
  if (issue.code === 'invalid_key') {
    return issue.issues.map(({ message }) => ({ path, message: `the key ${message}` }));
  }
  return [{ path, message: issue.message }];
}

/** The offset of a token of a YAML text that is nested deeper than `depth`; `undefined` when there is none. Without recursion. */
function offsetBelow(tokens: readonly object[], depth: number): number | undefined {
  const open = tokens.map((token) => ({ token, level: 0 }));
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { token, level } = next;
    const { offset = 0, items, value } = token as { offset?: number; items?: unknown; value?: unknown };
    if (level > depth) return offset;
    if (isToken(value)) open.push({ token: value, level });
    if (!Array.isArray(items)) continue;
    for (const { key, value: child } of items as { key?: unknown; value?: unknown }[]) {
      if (isToken(key)) open.push({ token: key, level: level + 1 });
      if (isToken(child)) open.push({ token: child, level: level + 1 });
    }
  }
  return undefined;
}

const isToken = (value: unknown): value is object => typeof value === 'object' && value !== null;
