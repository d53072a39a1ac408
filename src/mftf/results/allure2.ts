import { z } from 'zod';
import type { Status, Step } from '../../model/result.ts';
import { type AllureCase, maxTimeMs, stepAttachment, testOf, Unreadable } from './outcome.ts';
import { type TimedStep, timedStep, withFailedHelper } from './steps.ts';
import { printable } from './text.ts';

/**
 * Allure 2, as MFTF 4.3 and newer write it: `<uuid>-result.json` at the end of each test. The status stays null without
 * a verdict; that and `unknown` count as broken. Times are milliseconds since 1970.
 */
const status = z
  .enum(['passed', 'failed', 'broken', 'skipped', 'unknown'])
  .nullish()
  // An exception is called broken there; see Allure 1.
  .transform(
    (word): Status => (word === 'broken' ? 'failed' : word == null || word === 'unknown' ? 'broken' : word),
  );
const moment = z.number().int().min(0).max(maxTimeMs);
const time = moment.nullish();
const attachment = z.object({ name: z.string().nullish(), source: z.string(), type: z.string().nullish() });

interface RawStep {
  name: string;
  status: Status;
  start?: number | null | undefined;
  stop?: number | null | undefined;
  steps: RawStep[];
  attachments: z.infer<typeof attachment>[];
}
const step: z.ZodType<RawStep> = z.object({
  name: z
    .string()
    .nullish()
    .transform((name) => name ?? ''),
  status,
  start: time,
  stop: time,
  // PHP writes a list whose first entries were dropped as an object.
  steps: z.lazy(() => listOf(step)),
  attachments: z.lazy(() => listOf(attachment)),
});

function listOf<T>(item: z.ZodType<T>): z.ZodType<T[]> {
  return z
    .union([z.array(item), z.record(z.string(), item).transform((entries) => Object.values(entries))])
    .nullish()
    .transform((list) => list ?? []);
}

const result = z.object({
  fullName: z.string().nullish(),
  status,
  statusDetails: z.object({ message: z.string().nullish(), trace: z.string().nullish() }).nullish(),
  start: moment,
  stop: time,
  labels: listOf(z.object({ name: z.string().nullish(), value: z.string().nullish() })),
  steps: listOf(step),
  attachments: listOf(attachment),
});

/** The test of a `*-result.json`. Throws `Unreadable`. */
export function readAllure2(content: string): AllureCase {
  const { fullName, status, statusDetails, start, stop, labels, steps, attachments } = parse(result, content);
  const label = (name: string) => labels.find((one) => one.name === name)?.value;
  // `Class:method` is Codeception's signature, `Class::method` what newer adapters write.
  const [, signedClass, signedMethod] = /^(.+?)::?([^:]+)$/.exec(fullName ?? '') ?? [];
  const className = label('testClass') ?? signedClass;
  const method = label('testMethod') ?? signedMethod;
  if (!className || !method) throw new Unreadable('a result without the name of its class and method');
  return {
    ...testOf(className, method),
    status,
    message: printable(statusDetails?.message ?? '').trim() || undefined,
    trace: printable(statusDetails?.trace ?? '').trim() || undefined,
    steps: stepsOf(steps, status),
    startedAt: new Date(start),
    endedAt: stop == null ? undefined : new Date(stop),
    attachments: [...attachments, ...steps.flatMap(attachmentsWithin)].map(({ name, source, type }) => ({
      name: printable(name ?? source),
      source,
      type: type ?? undefined,
    })),
  };
}

/** The steps of a test; a test with an exception may have failed in a helper. */
function stepsOf(rawSteps: RawStep[], status: Status): Step[] {
  const steps = rawSteps.map((raw) => toStep(raw).step);
  return status === 'failed' ? withFailedHelper(steps) : steps;
}

/** Checks a `*-container.json`. Its content is not used, but a complete file shows that the process was not cut short. Throws `Unreadable`. */
export function checkContainer(content: string): void {
  parse(z.object({ uuid: z.string() }), content);
}

function toStep({ name, status, start, stop, steps, attachments }: RawStep): TimedStep {
  return timedStep({
    name: printable(name).trim(),
    status,
    start,
    stop,
    attachments: attachments.flatMap(({ name, source }) => stepAttachment(name ?? source, source)),
    children: steps.map(toStep),
  });
}

function attachmentsWithin(step: RawStep): z.infer<typeof attachment>[] {
  return [...step.attachments, ...step.steps.flatMap(attachmentsWithin)];
}

/** MFTF nests steps one level deep, its helpers a few. Deeper steps are left out, because reading them is recursive. */
const maxDepth = 64;

/** Removes the steps that are nested too deeply. */
function cutSteps(result: unknown): void {
  const open: { value: unknown; depth: number }[] = [{ value: result, depth: 0 }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { value, depth } = next;
    if (typeof value !== 'object' || value === null || !('steps' in value)) continue;
    const { steps } = value;
    if (depth >= maxDepth) value.steps = [];
    else if (typeof steps === 'object' && steps !== null) {
      for (const step of Object.values(steps)) open.push({ value: step, depth: depth + 1 });
    }
  }
}

function parse<T>(schema: z.ZodType<T>, content: string): T {
  let json: unknown;
  try {
    json = JSON.parse(content);
  } catch (error) {
    throw new Unreadable(error instanceof Error ? error.message : String(error));
  }
  cutSteps(json);
  const checked = schema.safeParse(json);
  if (checked.success) return checked.data;
  throw new Unreadable(z.prettifyError(checked.error));
}
