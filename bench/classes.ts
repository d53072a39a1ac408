// How well do the classes of results agree with the truth? A history of 500 tests by 200 nights by 5 environments, generated
// from a seed with regressions, flaky tests, noise and slow nights, or read from files (docs/submissions.md has their form).
//
//   npx tsx bench/classes.ts [--seed N] [--tests N] [--nights N] [--environments N]
//   npx tsx bench/classes.ts --history results.jsonl --truth truth.jsonl
//   npx tsx bench/classes.ts --history results.jsonl > classes.jsonl
//
// Prints a table; writes bench/results/classes.json. Without a truth it prints the classes in the form of one.
import { parseArgs } from 'node:util';
import { type ResultClass, resultClasses } from '../src/model/result-class.ts';
import { classifyHistory } from './classes/classify-history.ts';
import { generateHistory } from './classes/generate.ts';
import { readHistory, readTruth, resultOf, type Truth } from './classes/history.ts';
import { printTable, writeResults } from './support/figures.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    tests: { type: 'string', default: '500' },
    nights: { type: 'string', default: '200' },
    environments: { type: 'string', default: '5' },
    history: { type: 'string' },
    truth: { type: 'string' },
  },
});
if (values.history === undefined && values.truth !== undefined)
  throw new Error('--truth needs the --history that it is about.');

async function readFiles(history: string, truth: string | undefined) {
  const lines = await readHistory(history);
  const late = lines.filter(({ at }) => at.getTime() > Date.now()).length;
  if (late > 0)
    console.error(
      `${late} results are of the future; check the clock that wrote them. Only their order counts.`,
    );
  return { lines, truth: truth === undefined ? undefined : await readTruth(truth, lines) };
}

const { lines, truth } =
  values.history !== undefined
    ? await readFiles(values.history, values.truth)
    : generateHistory({
        seed: Number(values.seed),
        tests: Number(values.tests),
        nights: Number(values.nights),
        environments: Number(values.environments),
      });
const reported = await classifyHistory(lines);

if (truth === undefined) printClasses(reported);
else await report(reported, truth);

/** Prints the results with a class as lines of a truth. */
function printClasses(reported: Truth): void {
  for (const [key, classes] of reported) {
    if (classes.length > 0) console.log(JSON.stringify({ ...resultOf(key), classes }));
  }
}

async function report(reported: Truth, truth: Truth): Promise<void> {
  const comparisons = resultClasses.map((name) => ({ name, ...compare(name, reported, truth) }));
  printTable([
    ['class', 'true', 'reported', 'right', 'precision', 'recall'],
    ...comparisons.map(({ name, expected, reported, right, precision, recall }) => [
      name,
      String(expected),
      String(reported),
      String(right),
      precision.toFixed(4),
      recall.toFixed(4),
    ]),
  ]);
  await writeResults('classes', {
    metrics: Object.fromEntries(
      comparisons.flatMap(({ name, precision, recall }) => [
        [`${name}_precision`, precision],
        [`${name}_recall`, recall],
      ]),
    ),
    history: values.history === undefined ? { ...values } : { results: lines.length },
  });
}

function compare(name: ResultClass, reported: Truth, truth: Truth) {
  const withClass = (each: Truth) =>
    [...each].filter(([, classes]) => classes.includes(name)).map(([key]) => key);
  const expected = withClass(truth);
  const claims = withClass(reported);
  const right = claims.filter((key) => truth.get(key)?.includes(name)).length;
  return {
    expected: expected.length,
    reported: claims.length,
    right,
    precision: claims.length === 0 ? 1 : right / claims.length,
    recall: expected.length === 0 ? 1 : right / expected.length,
  };
}
