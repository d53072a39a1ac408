import { Unreadable } from '../../mftf/results/outcome.ts';
import { readXml, type XmlElement } from '../../mftf/results/xml.ts';
import type { Status } from '../../model/result.ts';
import type { FileResult } from './file-result.ts';
import { oneLine } from './read-allure-file.ts';

const verdicts: Record<string, Status> = { error: 'broken', failure: 'failed', skipped: 'skipped' };

/**
 * The results of a JUnit file of any tool. `writtenAt` is the time of suites that have none; tests follow each other from there. Throws
 * `Unreadable`.
 */
export function readJunitFile(content: string, writtenAt: Date): FileResult[] {
  const root = readXml(content);
  if (root.name !== 'testsuites' && root.name !== 'testsuite') {
    throw new Unreadable(`<${root.name}> instead of test suites`);
  }
  const results: FileResult[] = [];
  const readSuite = (element: XmlElement, inherited: number) => {
    let nextMs = timeOf(element.attributes['timestamp']) ?? inherited;
    for (const child of element.children) {
      if (child.name === 'testsuite') readSuite(child, nextMs);
      if (child.name !== 'testcase') continue;
      const result = readCase(child, nextMs);
      nextMs += result.durationMs;
      results.push(result);
    }
  };
  readSuite(root, writtenAt.getTime());
  return results;
}

function readCase({ attributes, children }: XmlElement, startMs: number): FileResult {
  const { name, classname = '', time = '0' } = attributes;
  if (!name) throw new Unreadable('a <testcase> without a name');
  // JUnit of some tools writes thousands with commas.
  const seconds = Number(time.replaceAll(',', ''));
  if (!(seconds >= 0 && seconds < 1e6))
    throw new Unreadable(`<testcase name="${name}"> has the time ${time}`);
  const verdict = children.find((child) => child.name in verdicts);
  const message = verdict && (verdict.text.trim() || verdict.attributes['message']);
  return {
    test: oneLine(name),
    suite: suiteOf(classname),
    status: verdict ? (verdicts[verdict.name] as Status) : 'passed',
    message: message || undefined,
    startedAt: new Date(startMs),
    durationMs: Math.round(seconds * 1000),
    files: [],
  };
}

/** `Magento\AcceptanceTest\_Suite\Backend\XCest` of MFTF, or `environment.Suite` of matre; other classes are no suites. */
function suiteOf(className: string): string | undefined {
  const [, ofMftf, ofMatre] =
    /^\\?Magento\\AcceptanceTest\\_([^\\]+)\\|^[a-z0-9][a-z0-9_-]*\.(\w+)$/.exec(className) ?? [];
  const suite = ofMftf ?? ofMatre;
  return suite === 'default' ? undefined : suite;
}

/** A time of a suite; one without a zone is UTC, as matre and Maven Surefire on servers write it. */
function timeOf(text: string | undefined): number | undefined {
  if (text === undefined || !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/.test(text)) return undefined;
  const ms = Date.parse(/(Z|[+-]\d\d:?\d\d)$/.test(text) ? text : `${text}Z`);
  return Number.isNaN(ms) ? undefined : ms;
}
