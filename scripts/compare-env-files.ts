/**
 * Compares how matre and Symfony's Dotenv, which MFTF uses, read the same env files: `npx tsx scripts/compare-env-files.ts [count]`.
 * MATRE_DOTENV names Symfony's Dotenv.php, with its folder Exception beside it; php must be installed. Half of the files are
 * arbitrary texts, the other half is what matre writes, and the cases of the tests come on top. Prints files that they read
 * differently; exit code 1 if there is one.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { isFault } from '../src/faults/fault.ts';
import { parseEnvFile } from '../src/model/env-file/env-file.ts';
import { formatEnvFile } from '../src/model/env-file/format-env-file.ts';
import { envFileCases } from '../test/support/env-file-cases.ts';
import { envFileText, envValue } from '../test/support/env-files.ts';

type Answer = Record<string, string> | null;

const dotenv = process.env['MATRE_DOTENV'];
if (dotenv === undefined) {
  console.error("MATRE_DOTENV must name Symfony's Dotenv.php.");
  process.exit(3);
}
const count = Number(process.argv[2] ?? 10_000);
const seed = Number(process.argv[3] ?? Date.now() % 1_000_000);

const arbitrary = fc.sample(envFileText, { numRuns: Math.ceil(count / 2), seed });
const values = fc.sample(envValue, { numRuns: Math.floor(count / 2), seed });
/** The files, with the values that they must have where these are known. */
const files: { text: string; expected?: Answer }[] = [
  ...envFileCases.map(([, text, expected]) => ({ text, expected })),
  ...arbitrary.map((text) => ({ text })),
  ...values.map((value) => ({ text: formatEnvFile([{ name: 'A', value }]), expected: { A: value } })),
];

const answers = askDotenv(files.map(({ text }) => text));
const differences = files.flatMap(({ text, expected }, index) => {
  const theirs = answers[index] ?? null;
  const ours = read(text);
  const isSame = isDeepStrictEqual(ours, theirs) && isDeepStrictEqual(theirs, expected ?? theirs);
  return isSame ? [] : [{ text, ours, theirs, expected }];
});
for (const difference of differences.slice(0, 20)) console.log(JSON.stringify(difference));
const accepted = answers.filter((answer) => answer !== null).length;
console.log(
  `${files.length} files with seed ${seed}: Dotenv accepts ${accepted}, and ${differences.length} are read differently.`,
);
process.exitCode = differences.length > 0 ? 1 : 0;

/** The values that Dotenv reads from each file, by name; null when it refuses the file. */
function askDotenv(texts: readonly string[]): Answer[] {
  const script = fileURLToPath(new URL('env-files/answers.php', import.meta.url));
  const input = texts.map((text) => Buffer.from(text).toString('base64')).join('\n');
  const { stdout, stderr, status } = spawnSync('php', ['-n', script, dotenv ?? ''], {
    input: `${input}\n`,
    // Without an environment, which Dotenv prefers to the values of the file.
    env: { PATH: process.env['PATH'] },
    encoding: 'utf8',
    maxBuffer: 1024 ** 3,
  });
  if (status !== 0) throw new Error(`php ended with ${status}: ${stderr}`);
  const lines = stdout.trimEnd().split('\n');
  if (lines.length !== texts.length) throw new Error(`php gave ${lines.length} answers: ${stderr}`);
  return lines.map((line) => {
    const values: Answer = JSON.parse(line);
    return (
      values && Object.fromEntries(Object.entries(values).map(([name, value]) => [name, fromBase64(value)]))
    );
  });
}

/** The same of matre. */
function read(text: string): Answer {
  try {
    return Object.fromEntries(parseEnvFile(text).entries.map(({ name, value }) => [name, value]));
  } catch (error) {
    if (!isFault(error, 'ENV_FILE_INVALID')) throw error;
    return null;
  }
}

function fromBase64(text: string): string {
  return Buffer.from(text, 'base64').toString('utf8');
}
