import { parseXml, type XmlHandler, type XmlProblem } from '../../xml/parse.ts';
import { trimBlanks } from '../../xml/text.ts';
import type { SuiteDeclaration, SuiteReference, TestDeclaration } from './declaration.ts';
import { collectParts, elements, type Part, type PartKind } from './parts.ts';

type Located<T> = Omit<T, 'path' | 'root'>;

/** The content of one file. A file of tests or suites has exactly one. */
export interface ReadXml {
  parts: Part[];
  test?: Located<TestDeclaration>;
  suite?: Located<SuiteDeclaration>;
}

/** Reads one file of MFTF, of any kind. Returns its content or the first problem. */
export function readXml(
  kind: Exclude<PartKind, 'helper'>,
  content: Uint8Array,
): ReadXml | { problem: XmlProblem } {
  const parts: Part[] = [];
  const collector = collectParts(kind, parts);
  const tests: Located<TestDeclaration>[] = [];
  const suites: Located<SuiteDeclaration>[] = [];
  const reader: XmlHandler | undefined =
    kind === 'test' ? testReader(tests) : kind === 'suite' ? suiteReader(suites) : undefined;
  const problem = parseXml(content, elements[kind].root, {
    ...collector,
    open(at, attributes, ...lines) {
      reader?.open(at, attributes, ...lines);
      collector.open(at, attributes, ...lines);
    },
    text(at, text) {
      reader?.text?.(at, text);
      collector.text(at, text);
    },
    close(at) {
      reader?.close?.(at);
      collector.close(at);
    },
    ...(reader?.comment && { comment: reader.comment }),
  });
  if (problem) return { problem };
  const [test] = tests;
  const [suite] = suites;
  const wrong =
    kind === 'test' ? single('test', tests) : kind === 'suite' ? single('suite', suites) : undefined;
  return wrong ?? { parts, ...(test && { test }), ...(suite && { suite }) };
}

/** `<test>` as a file declares it. */
function testReader(
  declarations: Located<TestDeclaration>[],
): Required<Pick<XmlHandler, 'open' | 'text' | 'close'>> {
  const annotations = '/tests/test/annotations/';
  /** The annotation that is open, and its value: the attribute, or the first text in the element, which wins. */
  let annotation = { at: '', value: '', hasText: false };
  return {
    open(at, attributes, line) {
      if (at === '/tests/test') {
        const { name = '', extends: parent } = attributes;
        declarations.push({ line, name, groups: [], ...(parent && { extends: parent }) });
        return;
      }
      const test = declarations.at(-1);
      if (test === undefined || !at.startsWith(annotations)) return;
      annotation = { at, value: attributes['value'] ?? '', hasText: false };
      if (at === `${annotations}skip`) test.skip ??= [];
    },
    text(at, text) {
      if (at !== annotation.at || annotation.hasText) return;
      annotation = { at, value: text, hasText: true };
    },
    close(at) {
      const test = declarations.at(-1);
      if (test === undefined || at !== annotation.at) return;
      const value = trimBlanks(annotation.value);
      annotation = { at: '', value: '', hasText: false };
      if (value === '') return;
      if (at === `${annotations}group`) test.groups.push(value);
      else if (at === `${annotations}title`) test.title = value;
      else if (at === `${annotations}severity`) test.severity = value.toUpperCase();
      else if (at === `${annotations}skip/issueId`) test.skip?.push(value);
    },
  };
}

/** `<suite>` as a file declares it. */
function suiteReader(declarations: Located<SuiteDeclaration>[]): Pick<XmlHandler, 'open' | 'comment'> {
  return {
    open(at, attributes, line) {
      if (at === '/suites/suite') {
        declarations.push({ line, name: attributes['name'] ?? '', include: [], exclude: [] });
        return;
      }
      const suite = declarations.at(-1);
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
      const suite = declarations.at(-1);
      if (suite && at === '/suites/suite/before') suite.before = (suite.before ?? 0) + 1;
      if (suite && at === '/suites/suite/after') suite.after = (suite.after ?? 0) + 1;
    },
  };
}

/** The problem of a file without exactly one test or suite, at which MFTF stops. */
export function single(tag: string, declarations: { line: number }[]): { problem: XmlProblem } | undefined {
  const [first, second] = declarations;
  if (first === undefined) return { problem: { line: 1, message: `There is no <${tag}> in the file.` } };
  if (second) {
    return { problem: { line: second.line, message: `There is more than one <${tag}> in the file.` } };
  }
  return undefined;
}
