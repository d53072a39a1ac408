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

/** The classes of each result, by `keyOf`. */
export type Truth = Map<string, readonly ResultClass[]>;

export const keyOf = ({ environment, run, test, suite }: Omit<TruthLine, 'classes'>) =>
  JSON.stringify([environment, run, test, suite ?? '']);

/** The result of a key of `keyOf`. */
export function resultOf(key: string): Omit<TruthLine, 'classes'> {
  const [environment, run, test, suite] = JSON.parse(key) as [string, string, string, string];
  return { environment, run, test, ...(suite !== '' && { suite }) };
}

/** The lines of a history file. Throws when a line is invalid or a result occurs twice. */
export async function readHistory(file: string): Promise<HistoryLine[]> {
  const keys = new Set<string>();
  return readLines(file, historyLine, (line) => {
    const key = `${keyOf(line)} ${line.attempt}`;
    if (keys.has(key))
      throw new Error(`Attempt ${line.attempt} of ${line.test} in run ${line.run} occurs twice.`);
    keys.add(key);
  });
}

/** The truth about a history. Throws when a line is invalid, or a result occurs twice or is not in the history. */
export async function readTruth(file: string, history: readonly HistoryLine[]): Promise<Truth> {
  const results = new Set(history.map(keyOf));
  const truth: Truth = new Map();
  await readLines(file, truthLine, (line) => {
    const key = keyOf(line);
    if (!results.has(key)) throw new Error(`The history has no result of ${line.test} in run ${line.run}.`);
    if (truth.has(key)) throw new Error(`${line.test} in run ${line.run} occurs twice.`);
    truth.set(key, line.classes);
  });
  return truth;
}

/** Parses and checks each line of a file. Throws an error that names the file and the number of the first invalid line. */
async function readLines<T>(file: string, schema: z.ZodType<T>, check: (line: T) => void): Promise<T[]> {
  const lines: T[] = [];
  let number = 0;
  for await (const line of createInterface({
    input: createReadStream(file),
    crlfDelay: Number.POSITIVE_INFINITY,
  })) {
    number += 1;
    if (line.trim() === '') continue;
    try {
      const parsed = schema.parse(JSON.parse(line));
      check(parsed);
      lines.push(parsed);
    } catch (error) {
      throw new Error(`${file}, line ${number}: ${(error as Error).message}`);
    }
  }
  return lines;
}
