import { Unreadable } from '../../mftf/results/outcome.ts';
import { readXml, type XmlElement } from '../../mftf/results/xml.ts';
import type { Status } from '../../model/result.ts';
import type { FileResult } from './file-result.ts';
import { mftfClass, oneLine } from './test-names.ts';

const verdicts: Record<string, Status> = { error: 'broken', failure: 'failed', skipped: 'skipped' };
/** Codeception reports an exception, such as a missing element, as an error, and some failures as a warning. */
const verdictsOfMftf: Record<string, Status> = { ...verdicts, error: 'failed', warning: 'failed' };

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
  const readSuite = (element: XmlElement, inherited: { ms: number; variant: string | undefined }) => {
    // Playwright writes the project of a suite, such as a browser, as its host.
    const { hostname, timestamp } = element.attributes;
    const variant = hostname ? oneLine(hostname) : inherited.variant;
    let ms = timeOf(timestamp) ?? inherited.ms;
    for (const child of element.children) {
      if (child.name === 'testsuite') readSuite(child, { ms, variant });
      if (child.name !== 'testcase') continue;
      const result = readCase(child, ms);
      ms += result.durationMs;
      results.push({ ...result, variant });
    }
  };
  readSuite(root, { ms: writtenAt.getTime(), variant: undefined });
  return results;
}

function readCase({ attributes, children }: XmlElement, startMs: number): FileResult {
  const { name, time = '0' } = attributes;
  // PHPUnit and Codeception write `class`, newer PHPUnit both.
  const className = attributes['class'] ?? attributes['classname'] ?? '';
  const statuses = mftfClass.test(className) ? verdictsOfMftf : verdicts;
  if (!name) throw new Unreadable('a <testcase> without a name');
  // JUnit of some tools writes thousands with commas.
  const seconds = Number(time.replaceAll(',', ''));
  if (!(seconds >= 0 && seconds < 1e6))
    throw new Unreadable(`<testcase name="${name}"> has the time ${time}`);
  const verdict = children.find((child) => Object.hasOwn(statuses, child.name));
  const message = verdict && messageOf(verdict);
  return {
    test: oneLine(name),
    suite: suiteOf(className),
    status: verdict ? (statuses[verdict.name] as Status) : 'passed',
    message: message || undefined,
    startedAt: new Date(startMs),
    durationMs: Math.round(seconds * 1000),
    files: [],
  };
}

/** The text of a verdict, which has a trace; Playwright writes the name of the test into its first line instead of the message. */
function messageOf({ text, attributes: { message = '' } }: XmlElement): string {
  const [details, headline] = [text.trim(), message.trim()];
  const isRepeated = details.split('\n', 1)[0]?.includes(headline);
  return isRepeated ? details : [headline, details].filter(Boolean).join('\n\n');
}

/**
 * The suite of MFTF, `Magento\AcceptanceTest\_Suite\Backend\XCest`, or of matre, `environment.Suite`; the class of other tools, whose tests
 * may have equal names in several classes.
 */
function suiteOf(className: string): string | undefined {
  const [, ofMftf, ofMatre] =
    /^\\?Magento\\AcceptanceTest\\_([^\\]+)\\|^[a-z0-9][a-z0-9_-]*\.(\w+)$/.exec(className) ?? [];
  const suite = ofMftf ?? ofMatre ?? oneLine(className);
  return suite === 'default' || suite === '' ? undefined : suite;
}

/** A time of a suite; one without a zone is UTC, as matre and Maven Surefire on servers write it. */
function timeOf(text: string | undefined): number | undefined {
  if (text === undefined || !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/.test(text)) return undefined;
  const ms = Date.parse(/(Z|[+-]\d\d:?\d\d)$/.test(text) ? text : `${text}Z`);
  return Number.isNaN(ms) ? undefined : ms;
}
