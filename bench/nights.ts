// Serves the page with nights of a schedule whose truth is known. Does it show quickly what is new, flaky, slower and fixed, on which
// environment, and since which commit? 21 nights of 600 tests on 8 environments by default, in a PostgreSQL of its own;
// in the last night one environment was broken. Nothing is executed or kept.
//
//   npx tsx bench/nights.ts [--port 8091] [--seed N] [--tests N] [--nights N] [--truth FILE]
//
// Prints the address and how many tests of the last night are of each class; --truth writes which. The page must be built
// (`npm run build`). Measures nothing.
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { dayMs } from '../src/model/duration.ts';
import { resultClasses } from '../src/model/result-class.ts';
import { testName } from '../test/page/long-data/names.ts';
import { startTestServer } from '../test/support/app.ts';
import { startPostgres } from '../test/support/postgres.ts';
import { startRedis } from '../test/support/redis.ts';
import { generateHistory } from './classes/generate.ts';
import { type HistoryLine, resultOf } from './classes/history.ts';
import { insertNights } from './nights/insert.ts';
import { printTable } from './support/figures.ts';

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '8091' },
    seed: { type: 'string', default: '3' },
    tests: { type: 'string', default: '600' },
    nights: { type: 'string', default: '21' },
    truth: { type: 'string' },
  },
});
const environments = ['us', 'es', 'fr', 'de'].flatMap((code) => [`preprod-${code}`, `stage-${code}`]).sort();
const nights = Number(values.nights);
/** The environment that is broken in the last night. */
const brokenLast = [5];

const subjects = [
  'Rework how totals of the cart are rounded',
  'Wait for the grid of orders before it is filtered',
  'Use the new layout of the checkout',
  'Move the coupon field below the summary',
  'Create customers through the REST API',
];
const authors = ['Ada', 'Ben', 'Chiara'];
const numberOf = (commit: string) => Number(commit.replace('commit', ''));
const commitId = (number: number) => ((number + 1) * 7_919).toString(16).padStart(5, '7').repeat(8);
const commitOf = (commit: string) => ({
  id: commitId(numberOf(commit)),
  subject: `${subjects[numberOf(commit) % subjects.length]}, part ${numberOf(commit)}`,
});

const generated = generateHistory({
  ...{ seed: Number(values.seed), tests: Number(values.tests), nights, environments: environments.length },
});
/** The last night is the one before now. */
const lastAt = Math.max(...generated.lines.map(({ at }) => at.getTime()));
const shiftMs = Math.floor((Date.now() - lastAt) / dayMs) * dayMs;
const lines = generated.lines.map(
  (line): HistoryLine => ({
    ...line,
    at: new Date(line.at.getTime() + shiftMs),
    test: nameOf(line.test),
    ...(line.message !== undefined && { message: messageOf(line.message, line.test) }),
  }),
);

function nameOf(test: string): string {
  return testName(Number(/\d+/.exec(test)?.[0]));
}

/** Flaky tests fail for a few causes; all regressions of a night have one. */
function messageOf(message: string, test: string): string {
  const places = ['.mini-cart', '#checkout-loader', '.order-grid', '.message-success', '#customer-menu'];
  return message.replace('#flaky', `"${places[Number(/\d+/.exec(test)?.[0]) % places.length]}"`);
}

const postgres = await startPostgres();
const redis = await startRedis();
const commits = [...new Set(lines.map(({ commit = '' }) => commit))].map((commit) => ({
  ...commitOf(commit),
  author: authors[numberOf(commit) % authors.length] ?? '',
  at: new Date(
    Math.min(...lines.flatMap((line) => (line.commit === commit ? line.at.getTime() : []))) - dayMs / 3,
  ),
}));
const server = await startTestServer({
  settings: {
    DATABASE_URL: postgres.url,
    LOCK_DSN: redis.url,
    MATRE_ENGINE: 'sandbox',
    MATRE_PORT: values.port,
  },
  parts: {
    async commitRange({ from, to }) {
      const place = (id: string) => commits.findIndex((commit) => commit.id === id);
      return { commits: commits.slice(place(from) + 1, place(to) + 1).reverse(), more: false };
    },
  },
});
await insertNights(server.app.context.database, lines, {
  ...{ schedule: 'nightly', environments, commitOf, brokenLast },
});

const truth = [...generated.truth].flatMap(([key, classes]) => {
  const { run, test } = resultOf(key);
  const [environment = 0, night = 0] = run.split('-').map(Number);
  if (night !== nights - 1 || brokenLast.includes(environment)) return [];
  return [{ environment: environments[environment], test: nameOf(test), classes }];
});
printTable([
  ['class', 'results', 'tests'],
  ...resultClasses.map((name) => {
    const own = truth.filter(({ classes }) => classes.includes(name));
    return [name, String(own.length), String(new Set(own.map(({ test }) => test)).size)];
  }),
]);
if (values.truth !== undefined)
  await writeFile(values.truth, truth.map((line) => `${JSON.stringify(line)}\n`).join(''));
console.log(`${server.url}/schedules/nightly/latest`);

async function stop(): Promise<void> {
  await server.close();
  await redis.stop();
  await postgres.stop();
  process.exit();
}
process.once('SIGINT', () => void stop());
process.once('SIGTERM', () => void stop());
