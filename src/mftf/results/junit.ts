import { z } from 'zod';
import type { Status } from '../../model/result.ts';
import { type JunitCase, testOf, Unreadable } from './outcome.ts';
import { readXml, type XmlElement } from './xml.ts';

/** Codeception's `report.xml`, written when the process ends. Times are seconds. Codeception 5 adds `<warning>`. */
const attributes = z.object({
  name: z.string().min(1),
  class: z.string(),
  time: z
    .string()
    .regex(/^\d+(\.\d+)?$/)
    .transform(Number)
    .default(0),
});

const verdicts: [tag: string, status: Status][] = [
  ['error', 'failed'],
  ['failure', 'failed'],
  ['warning', 'failed'],
  ['skipped', 'skipped'],
];

/** All test cases of a JUnit report, however its suites are nested. Throws `Unreadable`. */
export function readJunit(content: string): JunitCase[] {
  const root = readXml(content);
  if (root.name !== 'testsuites') throw new Unreadable(`<${root.name}> instead of test suites`);
  return casesWithin(root);
}

function casesWithin(element: XmlElement): JunitCase[] {
  return element.children.flatMap((child) =>
    child.name === 'testcase' ? [readCase(child)] : casesWithin(child),
  );
}

function readCase(element: XmlElement): JunitCase {
  const checked = attributes.safeParse(element.attributes);
  if (!checked.success) throw new Unreadable(`<testcase>: ${z.prettifyError(checked.error)}`);
  const { name, class: className, time } = checked.data;
  const [tag, status] = verdicts.find(([tag]) => element.children.some((one) => one.name === tag)) ?? [];
  const verdict = element.children.find((one) => one.name === tag);
  return {
    ...testOf(className, name),
    status: status ?? 'passed',
    message: verdict?.text.trim() || undefined,
    durationMs: Math.round(time * 1000),
  };
}
