import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { type ResultClass, resultClasses } from '../../src/model/result-class.ts';

/** A result of a test in an attempt of a run: a line of a file with a history. */
const historyLine = z.strictObject({
  environment: z.string(),
  /** Names the run within its environment. */
  run: z.union([z.string(), z.number()]).transform(String),
  at: z.iso.datetime({ offset: true }).transform((text) => new Date(text)),
  commit: z.string().optional(),
  shopVersion: z.string().optional(),
  test: z.string(),
  suite: z.string().optional(),
  attempt: z.number().int().positive().default(1),
  status: z.enum(['passed', 'failed', 'broken', 'skipped']),
  durationMs: z.number().nonnegative(),
  message: z.string().optional(),
});
export type HistoryLine = z.output<typeof historyLine>;

/** What is true of the last attempt of a test in a run; results without a line have no class. */
const truthLine = z.strictObject({
  environment: z.string(),
  run: z.union([z.string(), z.number()]).transform(String),
  test: z.string(),
  suite: z.string().optional(),
  classes: z.array(z.enum(resultClasses)),
});
export type TruthLine = z.output<typeof truthLine>;

/** By `keyOf`. */
export type Truth = Map<string, readonly ResultClass[]>;

export const keyOf = ({ environment, run, test, suite }: Omit<TruthLine, 'classes'>) =>
  JSON.stringify([environment, run, test, suite ?? '']);

export const readHistory = (file: string): Promise<HistoryLine[]> => readLines(file, historyLine);

export async function readTruth(file: string): Promise<Truth> {
  const lines = await readLines(file, truthLine);
  return new Map(lines.map((line) => [keyOf(line), line.classes]));
}

/** The lines of a file, each checked. Errors: one that names the file and the number of the first invalid line. */
async function readLines<T>(file: string, schema: z.ZodType<T>): Promise<T[]> {
  const read: T[] = [];
  let number = 0;
  for await (const line of createInterface({
    input: createReadStream(file),
    crlfDelay: Number.POSITIVE_INFINITY,
  })) {
    number += 1;
    if (line.trim() === '') continue;
    try {
      read.push(schema.parse(JSON.parse(line)));
    } catch (error) {
      throw new Error(`${file}, line ${number}: ${(error as Error).message}`);
    }
  }
  return read;
}
