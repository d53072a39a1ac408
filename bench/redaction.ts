// How fast are secrets hidden in the output of processes? The log of a test run is streamed in chunks through the
// redactor and, alternately, through the one of before, a single regular expression over seven fixed encodings, and the
// share of its throughput counts. Then texts that are built to be slow, in two lengths.
//
//   npx tsx bench/redaction.ts [rounds]        rounds: 30 unless said; the median counts
//
// Prints a table; writes bench/results/redaction.json.
import { PassThrough, type Transform } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { createRedactor } from '../src/mftf/redaction/redactor.ts';
import { createPatternRedactor } from './redaction/pattern-redactor.ts';
import { hostileTexts, logText, pageText, secrets } from './redaction/texts.ts';
import { median, printTable, writeResults } from './support/figures.ts';

const rounds = Number(process.argv[2] ?? 30);
/** What a pipe delivers at once, and a file. */
const chunkBytes = 64 * 1024;
const textBytes = 4 * 1024 * 1024;

const redactor = await createRedactor(secrets);
const before = createPatternRedactor(secrets);

/** Megabytes a second of processor time: other processes of the machine count less than for the wall clock. */
async function throughput(open: () => Transform, text: Buffer): Promise<number> {
  const stream = open();
  const output = buffer(stream.pipe(new PassThrough({ highWaterMark: 16 * 1024 * 1024 })));
  const startedAt = process.cpuUsage();
  for (let at = 0; at < text.length; at += chunkBytes) stream.write(text.subarray(at, at + chunkBytes));
  stream.end();
  await output;
  const { user, system } = process.cpuUsage(startedAt);
  return text.length / (user + system);
}

/** Repeats a text up to a length. */
const fill = (text: string, bytes: number) =>
  Buffer.from(text.repeat(Math.ceil(bytes / Buffer.byteLength(text)))).subarray(0, bytes);

const rows: { text: string; before: number; now: number; share: number }[] = [];
for (const [name, text] of [
  ['log', logText],
  ['page', pageText],
] as const) {
  const bytes = fill(text, textBytes);
  const timings: { before: number; now: number }[] = [];
  for (let round = 0; round < rounds; round++) {
    timings.push({
      before: await throughput(before.stream, bytes),
      now: await throughput(redactor.stream, bytes),
    });
  }
  // The first rounds compile.
  const warm = timings.slice(Math.floor(rounds / 5));
  const ofBefore = median(warm.map((figure) => figure.before));
  const ofNow = median(warm.map((figure) => figure.now));
  rows.push({
    text: name,
    before: ofBefore,
    now: ofNow,
    share: median(warm.map(({ before, now }) => now / before)),
  });
}

const hostile = [];
for (const [name, text] of Object.entries(hostileTexts)) {
  const short = await throughput(redactor.stream, fill(text, 256 * 1024));
  const long = await throughput(redactor.stream, fill(text, 1024 * 1024));
  // In quadratic time a text four times as long would have a quarter of the throughput.
  hostile.push({ text: name, mb_s: long, growth: short / long });
}

const metrics = {
  log_share: rows[0]?.share ?? Number.NaN,
  log_mb_s: rows[0]?.now ?? Number.NaN,
  page_mb_s: rows[1]?.now ?? Number.NaN,
  hostile_min_mb_s: Math.min(...hostile.map(({ mb_s }) => mb_s)),
  hostile_max_growth: Math.max(...hostile.map(({ growth }) => growth)),
};
printTable([
  ['text', 'before MB/s', 'now MB/s', 'share'],
  ...rows.map(({ text, before, now, share }) => [text, before.toFixed(0), now.toFixed(0), share.toFixed(2)]),
]);
printTable([
  ['hostile text', 'MB/s', '256 kB / 1 MB'],
  ...hostile.map(({ text, mb_s, growth }) => [text, mb_s.toFixed(1), growth.toFixed(2)]),
]);
console.log(`log: ${(metrics.log_share * 100).toFixed(0)} % of the throughput before (bar: 80 %)`);
await writeResults('redaction', { metrics, rounds, rows, hostile });
