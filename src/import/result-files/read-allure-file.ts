import { z } from 'zod';
import { readAllure1 } from '../../mftf/results/allure1.ts';
import { readAllure2 } from '../../mftf/results/allure2.ts';
import { type AllureCase, maxTimeMs, Unreadable } from '../../mftf/results/outcome.ts';
import { printable } from '../../mftf/results/text.ts';
import { below, readXml } from '../../mftf/results/xml.ts';
import type { Status } from '../../model/result.ts';
import type { FileResult } from './file-result.ts';
import { readOtherAllure1 } from './read-other-allure1.ts';
import { mftfClass, oneLine } from './test-names.ts';

const attachment = z.object({ name: z.string().nullish(), source: z.string() });
interface Step {
  attachments?: z.output<typeof attachment>[] | null | undefined;
  steps?: Step[] | null | undefined;
}
const step: z.ZodType<Step> = z.object({
  attachments: z.array(attachment).nullish(),
  steps: z.lazy(() => z.array(step).nullish()),
});

/** A result of Allure 2 as any tool writes it. */
const result = z.object({
  name: z.string().nullish(),
  fullName: z.string().nullish(),
  status: z
    .enum(['passed', 'failed', 'broken', 'skipped', 'unknown'])
    .nullish()
    .transform((word): Status => (word == null || word === 'unknown' ? 'broken' : word)),
  statusDetails: z.object({ message: z.string().nullish() }).nullish(),
  start: z.number().int().min(0).max(maxTimeMs),
  stop: z.number().int().min(0).max(maxTimeMs).nullish(),
  labels: z.array(z.object({ name: z.string().nullish(), value: z.string().nullish() })).nullish(),
  parameters: z
    .array(
      z.object({ name: z.string().nullish(), value: z.string().nullish(), excluded: z.boolean().nullish() }),
    )
    .nullish(),
  attachments: z.array(attachment).nullish(),
  steps: z.array(step).nullish(),
});

/** The results of a `*-testsuite.xml` of Allure 1 or a `*-result.json` of Allure 2. Throws `Unreadable`. */
export function readAllureFile(name: string, content: string): FileResult[] {
  if (name.endsWith('.xml')) return readSuiteFile(content);
  let json: unknown;
  try {
    json = JSON.parse(content);
  } catch (error) {
    throw new Unreadable(`it is no JSON: ${(error as Error).message}`);
  }
  const parsed = result.safeParse(json);
  if (!parsed.success) throw new Unreadable(z.prettifyError(parsed.error));
  const label = (key: string) => parsed.data.labels?.find((one) => one.name === key)?.value ?? undefined;
  const className = label('testClass') ?? parsed.data.fullName ?? '';
  if (mftfClass.test(className)) return [fromMftf(readAllure2(content))];
  // matre names the environment as the parent of suites, and other tools the file or the class, then what is described in it.
  const suites = label('framework') === 'mftf' ? [label('suite')] : [label('suite'), label('subSuite')];
  return [fromOther(parsed.data, suites.filter((suite) => suite && suite !== 'default').join(' > '))];
}

function readSuiteFile(content: string): FileResult[] {
  const root = readXml(content);
  const isOfMftf = below(root, 'test-cases/test-case/labels/label').some(
    ({ attributes: { name, value = '' } }) => name === 'testClass' && mftfClass.test(value),
  );
  const isSuite = root.name.replace(/^.*:/, '') === 'test-suite';
  return isOfMftf || !isSuite ? readAllure1(content).map(fromMftf) : readOtherAllure1(root);
}

function fromMftf({ test, suite, status, message, startedAt, endedAt, attachments }: AllureCase): FileResult {
  return {
    test,
    suite,
    status,
    message,
    startedAt,
    durationMs: endedAt === undefined ? 0 : Math.max(0, endedAt.getTime() - startedAt.getTime()),
    files: attachments.map(({ name, source }) => ({ name, source })),
  };
}

function fromOther(read: z.output<typeof result>, suite: string): FileResult {
  const test = read.name || read.fullName;
  if (!test) throw new Unreadable('a result without a name');
  const filesOf = ({ attachments, steps }: Step): FileResult['files'] => [
    ...(attachments ?? []).map(({ name, source }) => ({ name: printable(name ?? source), source })),
    ...(steps ?? []).flatMap(filesOf),
  ];
  return {
    test: oneLine(test),
    suite: oneLine(suite) || undefined,
    variant: read.parameters
      ?.flatMap(({ name, value, excluded }) => (excluded ? [] : [oneLine(`${name}=${value}`)]))
      .join(', '),
    status: read.status,
    message: printable(read.statusDetails?.message ?? '').trim() || undefined,
    startedAt: new Date(read.start),
    durationMs: Math.max(0, (read.stop ?? read.start) - read.start),
    files: filesOf(read),
  };
}
