import { z } from 'zod';
import type { Status, Step } from '../../model/result.ts';
import { type AllureCase, maxTimeMs, stepAttachment, testOf, Unreadable } from './outcome.ts';
import { type TimedStep, timedStep, withFailedHelper } from './steps.ts';
import { below, child, readXml, type XmlElement } from './xml.ts';

/**
 * Allure 1, as MFTF 3 to 4.0 write it: one `<uuid>-testsuite.xml` for each Codeception process, written when it ends.
 * Times are milliseconds since 1970. `canceled` is a skipped test, `pending` one without a verdict.
 */
const statuses = {
  passed: 'passed',
  failed: 'failed',
  // Any exception, such as a missing element. In matre `broken` means that the verdict is unknown.
  broken: 'failed',
  canceled: 'skipped',
  pending: 'broken',
} as const;
const status = z
  .enum(['passed', 'failed', 'broken', 'canceled', 'pending'])
  .transform((word): Status => statuses[word]);
const time = z
  .string()
  .regex(/^\d{1,15}$/)
  .transform(Number)
  .refine((ms) => ms <= maxTimeMs, 'is no time');
const caseAttributes = z.object({ status, start: time, stop: time.optional() });
const stepAttributes = z.object({ status, start: time.optional(), stop: time.optional() });
const attachmentAttributes = z.object({ title: z.string(), source: z.string(), type: z.string().optional() });
const labelAttributes = z.object({ name: z.string(), value: z.string() });

/** All test cases of a `*-testsuite.xml`. Throws `Unreadable`. */
export function readAllure1(content: string): AllureCase[] {
  const root = readXml(content);
  if (root.name.replace(/^.*:/, '') !== 'test-suite')
    throw new Unreadable(`<${root.name}> instead of a test suite`);
  return below(root, 'test-cases/test-case').map(readCase);
}

function readCase(element: XmlElement): AllureCase {
  const { status, start, stop } = check(caseAttributes, element);
  const labels = new Map(
    below(element, 'labels/label').map((label) => {
      const { name, value } = check(labelAttributes, label);
      return [name, value];
    }),
  );
  const className = labels.get('testClass');
  const method = labels.get('testMethod') ?? child(element, 'name')?.text;
  if (className === undefined || !method)
    throw new Unreadable('a test case without the labels of its class and method');
  const failure = child(element, 'failure');
  return {
    ...testOf(className, method),
    status,
    message: (failure && child(failure, 'message')?.text.trim()) || undefined,
    trace: (failure && child(failure, 'stack-trace')?.text.trim()) || undefined,
    steps: stepsOf(element),
    startedAt: new Date(start),
    endedAt: stop === undefined ? undefined : new Date(stop),
    attachments: below(element, 'attachments/attachment').map((attachment) => {
      const { title, source, type } = check(attachmentAttributes, attachment);
      return { name: title, source, type };
    }),
  };
}

/** The steps of a test. The one that MFTF adds for an exception is no step of the test. */
function stepsOf(element: XmlElement): Step[] {
  const steps = below(element, 'steps/step');
  const last = steps.at(-1);
  const isAddedForException =
    last !== undefined && child(last, 'name')?.text.trim() === 'ERROR' && last.attributes.start === undefined;
  if (!isAddedForException) return steps.map((step) => readStep(step).step);
  return withFailedHelper(steps.slice(0, -1).map((step) => readStep(step).step));
}

function readStep(element: XmlElement): TimedStep {
  const { status, start, stop } = check(stepAttributes, element);
  const children = below(element, 'steps/step').map(readStep);
  return timedStep({
    name: (child(element, 'name')?.text ?? child(element, 'title')?.text ?? '').trim(),
    status,
    start,
    stop,
    attachments: below(element, 'attachments/attachment').flatMap((attachment) => {
      const { title, source } = check(attachmentAttributes, attachment);
      return stepAttachment(title, source);
    }),
    children,
  });
}

function check<T>(schema: z.ZodType<T>, element: XmlElement): T {
  const checked = schema.safeParse(element.attributes);
  if (checked.success) return checked.data;
  throw new Unreadable(`<${element.name}>: ${z.prettifyError(checked.error)}`);
}
