import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { ifPresent } from '../files/missing-file.ts';
import { maxTestNameLength } from '../model/limits.ts';
import { titleSeparator } from '../model/playwright.ts';
import { visible } from '../model/visible-text.ts';

// What container/playwright-reporter.cjs writes to its folder. Tests share its process, so they may write anything else.

/** Lines about the project and the command. */
export const reportFile = 'report.jsonl';

/** A folder for each result, numbered from 1 on: it is there as a whole, with what the test attached. */
export const resultFolder = (number: number) => `results/${number}`;
export const resultFile = (number: number) => `${resultFolder(number)}/result.json`;

/** The test that is executed now. */
export const currentFile = 'current.json';

const text = z.string().max(20_000);
const name = z.string().max(1_000);
/** What becomes an argument of a command, or is stored unchanged. */
const isOneLine = (value: string) => !/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/u.test(value);
const place = z.object({
  file: z.string().max(4_000).refine(isOneLine),
  line: z.number().int().min(0).max(10_000_000),
});
const milliseconds = z
  .number()
  .min(0)
  .max(7 * 24 * 3_600_000);

const identity = { project: name.refine(isOneLine), titles: z.array(name).min(1).max(50), ...place.shape };

const testLine = z.object({
  kind: z.literal('test'),
  ...identity,
  tags: z.array(name).max(100),
  skipped: z.boolean(),
  serial: z.boolean(),
  needed: z.boolean(),
});

/** A step of a test, with those within it. */
export interface ReportedStep {
  title: string;
  durationMs: number;
  error?: string | undefined;
  steps: ReportedStep[];
}

const step: z.ZodType<ReportedStep> = z.object({
  title: name,
  durationMs: milliseconds,
  error: text.optional(),
  get steps() {
    return z.array(step);
  },
});

const testResult = z.object({
  ...identity,
  status: z.enum(['passed', 'failed', 'timedOut', 'skipped', 'interrupted']),
  expected: z.enum(['passed', 'failed', 'timedOut', 'skipped', 'interrupted']),
  startedAt: z.number().int().min(0).max(8.64e15),
  durationMs: milliseconds,
  note: text.optional(),
  errors: z.array(z.object({ message: text.optional(), place: place.optional() })).max(10),
  attachments: z
    .array(z.object({ name, type: z.string().max(200).optional(), file: z.string().max(4_000) }))
    .max(50),
  steps: z.array(step),
});

const reportLine = z.discriminatedUnion('kind', [
  testLine,
  z.object({ kind: z.literal('error'), message: text.optional(), place: place.optional() }),
  z.object({ kind: z.literal('end'), status: z.enum(['passed', 'failed', 'timedout', 'interrupted']) }),
]);

export type ReportLine = z.output<typeof reportLine>;
export type TestLine = z.output<typeof testLine>;
export type ReportedResult = z.output<typeof testResult>;

/** A longer file is not the reporter's: it cuts titles. */
const maxCurrentBytes = 256 * 1024;

/** The test that a folder names as the current one; `undefined` without one that can be read. */
export async function readCurrent(folder: string): Promise<{ name: string; suite: string } | undefined> {
  const path = join(folder, currentFile);
  const file = await ifPresent(stat(path));
  if (!file?.isFile() || file.size > maxCurrentBytes) return undefined;
  const test = parse(z.object(identity), await readFile(path, 'utf8'));
  return test && { name: nameOfTest(test), suite: test.project };
}

/** More lines and results are not read: a project may list so many tests. */
const maxReportLines = 20_000;
const maxReportBytes = 64 * 1024 * 1024;
const maxLineLength = 2 * 1024 * 1024;

/** The lines of a report in a folder, and how many cannot be read. Without a file there are none. */
export async function readReport(folder: string): Promise<{ lines: ReportLine[]; unreadable: number }> {
  const path = join(folder, reportFile);
  const lines: ReportLine[] = [];
  let unreadable = 0;
  const file = await ifPresent(stat(path));
  if (file === undefined) return { lines, unreadable };
  if (!file.isFile() || file.size > maxReportBytes) return { lines, unreadable: 1 };
  for await (const line of createInterface({ input: createReadStream(path, 'utf8') })) {
    const content = line.length > maxLineLength ? undefined : parse(reportLine, line);
    if (content === undefined || lines.length >= maxReportLines) unreadable += 1;
    else lines.push(content);
  }
  return { lines, unreadable };
}

/** The results in a folder from a number on, in their order, and how many cannot be read. */
export async function readResults(
  folder: string,
  first: number,
): Promise<{ results: ReportedResult[]; unreadable: number }> {
  const results: ReportedResult[] = [];
  let unreadable = 0;
  let bytes = 0;
  for (let number = first; number <= maxReportLines; number++) {
    const path = join(folder, resultFile(number));
    const file = await ifPresent(stat(path));
    if (file === undefined) break;
    bytes += file.size;
    const isReadable = file.isFile() && file.size <= maxLineLength && bytes <= maxReportBytes;
    const result = isReadable ? parse(testResult, await readFile(path, 'utf8')) : undefined;
    if (result === undefined) unreadable += 1;
    else results.push(result);
  }
  return { results, unreadable };
}

function parse<Schema extends z.ZodType>(schema: Schema, text: string): z.output<Schema> | undefined {
  try {
    return schema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

/** The name of a test: its file and its titles. One that is too long ends in a hash. */
export function nameOfTest({ file, titles }: Pick<TestLine, 'file' | 'titles'>): string {
  const whole = [file, ...titles].map((part) => visible(part).trim() || '-').join(titleSeparator);
  if (whole.length <= maxTestNameLength) return whole;
  const hash = createHash('sha256').update(whole).digest('hex').slice(0, 8);
  return `${whole.slice(0, maxTestNameLength - 10)}… ${hash}`.replace(/[\ud800-\udbff](?=…)/, '');
}
