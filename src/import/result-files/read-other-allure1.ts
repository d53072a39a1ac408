import { Unreadable } from '../../mftf/results/outcome.ts';
import { below, child, type XmlElement } from '../../mftf/results/xml.ts';
import type { Status } from '../../model/result.ts';
import type { FileResult } from './file-result.ts';
import { oneLine } from './test-names.ts';

const statuses: Record<string, Status> = {
  passed: 'passed',
  failed: 'failed',
  broken: 'broken',
  canceled: 'skipped',
  skipped: 'skipped',
  pending: 'skipped',
};
/** Labels that are part of what a test is; others tell about its execution, such as its thread. */
const suiteLabels = ['testClass', 'suite'];

/** The results of a `*-testsuite.xml` of Allure 1 of another tool than MFTF. Throws `Unreadable`. */
export function readOtherAllure1(root: XmlElement): FileResult[] {
  const suiteName = textOf(root, 'name');
  return below(root, 'test-cases/test-case').map((element) => readCase(element, suiteName));
}

function readCase(element: XmlElement, suiteName: string): FileResult {
  const test = oneLine(textOf(element, 'name') || textOf(element, 'title'));
  if (test === '') throw new Unreadable('a test case without a name');
  const start = timeOf(element, 'start');
  const labels = below(element, 'labels/label').map(({ attributes }) => attributes);
  const suite =
    suiteLabels.flatMap((name) => labels.find((label) => label['name'] === name)?.['value'] ?? [])[0] ??
    suiteName;
  const parameters = below(element, 'parameters/parameter').map(({ attributes }) => attributes);
  const failure = child(element, 'failure');
  return {
    test,
    suite: suite === '' || suite === 'default' ? undefined : oneLine(suite),
    variant: parameters.map(({ name, value }) => oneLine(`${name}=${value}`)).join(', ') || undefined,
    status: statuses[element.attributes['status'] ?? ''] ?? 'broken',
    message: (failure && textOf(failure, 'message')) || undefined,
    startedAt: new Date(start),
    durationMs: Math.max(0, timeOf(element, 'stop', start) - start),
    files: filesOf(element),
  };
}

function filesOf(element: XmlElement): FileResult['files'] {
  return [
    ...below(element, 'attachments/attachment').flatMap(({ attributes: { title, source } }) =>
      source === undefined ? [] : [{ name: title || source, source }],
    ),
    ...below(element, 'steps/step').flatMap(filesOf),
  ];
}

const textOf = (element: XmlElement, name: string) => child(element, name)?.text.trim() ?? '';

/** Milliseconds since 1970. */
function timeOf({ attributes }: XmlElement, name: string, missing?: number): number {
  const text = attributes[name];
  if (text === undefined && missing !== undefined) return missing;
  if (text === undefined || !/^\d{1,15}$/.test(text))
    throw new Unreadable(`a test case whose ${name} is ${text}`);
  return Number(text);
}
