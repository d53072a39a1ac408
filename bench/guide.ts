// How long does it take until each cause in the operators' guide is refused, fixed or named? Each is produced for real,
// on an installation with PostgreSQL, Redis, a Docker Engine and a Selenium Grid. Needs root to mount a small disk that
// can be filled.
//
//   npx tsx bench/guide.ts [name...]        the rows with these names (test/support/guide.ts), all by default
//
// Prints a table; writes bench/results/guide.json.
import { type GuideId, type GuideRow, guide } from '../test/support/guide.ts';
import { causes } from './guide/causes.ts';
import { openInstallation, plain } from './guide/installation.ts';
import { printTable, writeResults } from './support/figures.ts';

const names = process.argv.slice(2);
const rows = (Object.entries(guide) as [GuideId, GuideRow][]).filter(
  ([name]) => names.length === 0 || names.includes(name),
);
const installation = await openInstallation();
const metrics: Record<string, number> = {};
const table = [['what operators meet', 'cause', 'found by', 'code', 'ms']];
let undetected = 0;
try {
  // The container of the environment exists, as in an installation in use.
  await installation.harness.run(installation.environment, plain);
  for (const [name, { symptom, cause, detectedBy, code }] of rows) {
    const took = await causes[name](installation).catch((error: Error) => error);
    if (typeof took === 'number') metrics[`${name}_ms`] = Math.round(took);
    if (took instanceof Error) undetected += 1;
    const ms = took instanceof Error ? `MISSED: ${took.message}` : (took?.toFixed(0) ?? '-');
    console.log(`${name}: ${ms}`);
    table.push([symptom, cause, detectedBy, code, ms]);
  }
  printTable(table);
  console.log(`guide: causes=${rows.length} missed=${undetected}`);
  if (names.length === 0) await writeResults('guide', { metrics, missed: undetected });
  if (undetected > 0) process.exitCode = 1;
} finally {
  await installation.close();
}
