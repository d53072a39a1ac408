import { SaxesParser } from 'saxes';
import type { SuiteDeclaration, SuiteReference, TestDeclaration } from './declarations.ts';

type Located<T> = Omit<T, 'path' | 'root'>;
type XmlProblem = { problem: { line: number; message: string } };

interface Handler {
  /** `at` is the path of the element, `/tests/test/annotations` for one. */
  open(at: string, attributes: Record<string, string>, line: number): void;
  comment?(at: string): void;
}

class NotAccepted extends Error {}

/** One `<test>` as a file declares it. */
export function readTestXml(content: string): { test: Located<TestDeclaration> } | XmlProblem {
  const found: Located<TestDeclaration>[] = [];
  const problem = parse(content, 'tests', {
    open(at, attributes, line) {
      const value = attributes['value']?.trim();
      const test = found.at(-1);
      if (at === '/tests/test') {
        const { name = '', extends: parent } = attributes;
        found.push({ line, name, groups: [], ...(parent && { extends: parent }) });
      } else if (test === undefined || !at.startsWith('/tests/test/annotations/')) return;
      else if (at === '/tests/test/annotations/skip') test.skip ??= [];
      else if (!value) return;
      else if (at === '/tests/test/annotations/group') test.groups.push(value);
      else if (at === '/tests/test/annotations/title') test.title = value;
      else if (at === '/tests/test/annotations/severity') test.severity = value.toUpperCase();
      else if (at === '/tests/test/annotations/skip/issueId') test.skip?.push(value);
    },
  });
  if (problem) return problem;
  return single('test', found) ?? { test: found[0] as Located<TestDeclaration> };
}

/** One `<suite>` as a file declares it. */
export function readSuiteXml(content: string): { suite: Located<SuiteDeclaration> } | XmlProblem {
  const found: Located<SuiteDeclaration>[] = [];
  const problem = parse(content, 'suites', {
    open(at, attributes, line) {
      if (at === '/suites/suite') {
        found.push({ line, name: attributes['name'] ?? '', include: [], exclude: [] });
        return;
      }
      const suite = found.at(-1);
      const [, list, kind] = /^\/suites\/suite\/(include|exclude)\/(test|group|module)$/.exec(at) ?? [];
      if (suite === undefined) return;
      if (list) {
        const name = attributes['name'] ?? '';
        suite[list as 'include' | 'exclude'].push({ kind: kind as SuiteReference['kind'], name });
      }
      if (at === '/suites/suite/before') suite.before ??= 0;
      if (at === '/suites/suite/after') suite.after ??= 0;
      if (/^\/suites\/suite\/before\/[^/]+$/.test(at)) suite.before = (suite.before ?? 0) + 1;
      if (/^\/suites\/suite\/after\/[^/]+$/.test(at)) suite.after = (suite.after ?? 0) + 1;
    },
    // A comment in a hook is an action to MFTF, so it keeps a suite from being empty.
    comment(at) {
      const suite = found.at(-1);
      if (suite && at === '/suites/suite/before') suite.before = (suite.before ?? 0) + 1;
      if (suite && at === '/suites/suite/after') suite.after = (suite.after ?? 0) + 1;
    },
  });
  if (problem) return problem;
  return single('suite', found) ?? { suite: found[0] as Located<SuiteDeclaration> };
}

/** MFTF takes exactly one test or suite from a file, and stops at any other number. */
function single(tag: string, found: { line: number; name: string }[]): XmlProblem | undefined {
  const [first, second] = found;
  if (first === undefined) return { problem: { line: 1, message: `There is no <${tag}> in the file.` } };
  if (second)
    return { problem: { line: second.line, message: `There is more than one <${tag}> in the file.` } };
  return undefined;
}

/** Streams through the file. Document types and entities are refused: no MFTF file needs them. */
function parse(content: string, root: string, handler: Handler): XmlProblem | undefined {
  const parser = new SaxesParser();
  let at = '';
  parser.on('error', (error) => {
    throw new NotAccepted(error.message.replace(/^\d+:\d+: /, ''));
  });
  parser.on('doctype', () => {
    throw new NotAccepted('Document type declarations are not accepted.');
  });
  parser.on('opentag', (tag) => {
    if (at === '' && tag.name !== root) {
      throw new NotAccepted(`The file must begin with <${root}>, not with <${tag.name}>.`);
    }
    at += `/${tag.name}`;
    handler.open(at, tag.attributes as Record<string, string>, parser.line);
  });
  parser.on('closetag', () => {
    at = at.slice(0, at.lastIndexOf('/'));
  });
  parser.on('comment', () => handler.comment?.(at));
  try {
    parser.write(content).close();
    return undefined;
  } catch (error) {
    if (!(error instanceof NotAccepted)) throw error;
    return { problem: { line: parser.line, message: error.message } };
  }
}
