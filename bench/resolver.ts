// Compares the Cests that matre writes with those that MFTF generated from the same tree, byte for byte and step by step.
//
//   npx tsx bench/resolver.ts --root ROOT --cests FOLDER
//     ROOT      a Magento root
//     FOLDER    what the real MFTF generated from it: `_generated`, with a folder for each suite
//   --name NAME         stores the counts in bench/results/resolver.json, such as `2.4.4 with MFTF 3.8.0, all modules`
//   --groups FOLDER     the classes of suites of that generation; the frame of all is taken from the first
//   --mftf VERSION      of MFTF; 3.8.0 without it
//   --wait SECONDS      WAIT_TIMEOUT of that generation
//   --modules FILE      names of the enabled modules, one a line, for a generation without `--force`
//   --test NAME         only this test, and prints a difference of its lines
//   --order FILE        `suite/test`, one a line, in the order of that generation: which helpers a Cest creates depends on it,
//                       and it is that of directories on that machine
//   --stored FILE       keeps what was read of the tree there, for the next time
//   --out FOLDER        writes the Cests of matre
//   --differences N     prints the N most frequent kinds of differences
//
// Prints how many are equal, different, refused by both and refused by one.

import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { Fault } from '../src/faults/fault.ts';
import { buildCatalog } from '../src/mftf/catalog/catalog.ts';
import {
  declarationsFromBytes,
  declarationsToBytes,
  readDeclarations,
} from '../src/mftf/catalog/declarations/declarations.ts';
import { resolveSelection } from '../src/mftf/catalog/selection.ts';
import { folderSource } from '../src/mftf/catalog/tree/source.ts';
import { helperSignatures } from '../src/mftf/cest/php-method-parameters.ts';
import { CestRefusal } from '../src/mftf/cest/refusal.ts';
import { defaultCestSettings } from '../src/mftf/cest/settings.ts';
import { writeCest } from '../src/mftf/cest/write-cest.ts';
import { writeCestFiles } from '../src/mftf/cest/write-files.ts';
import { suiteFrame, writeSuite } from '../src/mftf/cest/write-suite.ts';
import { createLayout } from '../src/mftf/container/layout.ts';
import { packFilesAsGenerated } from '../src/mftf/generation/snapshot-archive.ts';
import { createResolver } from '../src/mftf/resolver/resolver.ts';
import { emptySelection } from '../src/model/selection.ts';
import { compareCests, kindOf, type LinePair } from './resolver/compare.ts';

const { values: flags } = parseArgs({
  options: {
    root: { type: 'string' },
    cests: { type: 'string' },
    groups: { type: 'string' },
    name: { type: 'string' },
    mftf: { type: 'string', default: '3.8.0' },
    wait: { type: 'string', default: '30' },
    modules: { type: 'string' },
    test: { type: 'string' },
    order: { type: 'string' },
    stored: { type: 'string' },
    out: { type: 'string' },
    differences: { type: 'string', default: '20' },
  },
});
const { root, cests } = flags;
if (root === undefined || cests === undefined) throw new Error('--root and --cests are needed.');
const results = 'bench/results/resolver.json';
const seconds = (startedAt: number) => (performance.now() - startedAt) / 1000;

const coldAt = performance.now();
const enabled = flags.modules && (await readFile(flags.modules, 'utf8')).split('\n').filter(Boolean);
const catalog = buildCatalog([await declarations(root)], enabled || undefined);
const catalogS = seconds(coldAt);
const resolvedS = catalogS + resolveAll();
const resolver = createResolver(catalog, (path) => readFileSync(join(root, path)));
const settings = { ...defaultCestSettings, version: flags.mftf, waitTimeout: flags.wait };
const helpers = helperSignatures(
  catalog.files
    .filter(({ path }) => /\/Helper\/.*\.php$/.test(path))
    .map(({ path }) => ({ path, read: () => readFileSync(join(root, path), 'utf8') })),
);
const { definitions } = resolver;

const classes = new Map<string, Set<string>>();
/** The classes of helpers that Cests of a suite use so far. */
function classesOf(suite: string): Set<string> {
  const entry = classes.get(suite) ?? new Set();
  classes.set(suite, entry);
  return entry;
}

/** Our Cest of a test, or why there is none. */
function write(test: string, suite: string): { text: string } | { refusal: string } {
  const resolution = resolver.test(test);
  if ('refusal' in resolution) return { refusal: resolution.refusal.message };
  try {
    return {
      text: writeCest(resolution.resolved, suite, classesOf(suite), { definitions, settings, helpers }),
    };
  } catch (error) {
    if (!(error instanceof CestRefusal) && flags.test !== undefined) throw error;
    return { refusal: error instanceof CestRefusal ? error.message : String(error) };
  }
}

/** The paths of the Cests that MFTF generated, by `suite/test`. */
const generatedPaths = new Map<string, string>();
for (const suite of await readdir(cests, { withFileTypes: true })) {
  if (!suite.isDirectory()) continue;
  for (const name of await readdir(join(cests, suite.name))) {
    if (name.endsWith('Cest.php'))
      generatedPaths.set(`${suite.name}/${name.slice(0, -8)}`, join(cests, suite.name, name));
  }
}
const suites = new Map(
  resolveSelection(catalog, { ...emptySelection, all: true }).tests.map(({ name, suite }) => [
    `${suite ?? 'default'}/${name}`,
    { name, suite: suite ?? 'default' },
  ]),
);
const order = new Map([...catalog.tests.keys()].map((name, index) => [name, index]));
const selectedTests = [...suites.values()].sort(
  (a, b) => (order.get(a.name) ?? 0) - (order.get(b.name) ?? 0),
);
const orderedPairs =
  flags.order === undefined ? [] : (await readFile(flags.order, 'utf8')).split('\n').filter(Boolean);
const pairs = new Set([
  ...orderedPairs,
  ...selectedTests.map(({ name, suite }) => `${suite}/${name}`),
  ...generatedPaths.keys(),
]);

const counts = {
  pairs: generatedPaths.size,
  cests_identical: 0,
  steps_equal: 0,
  steps_different: 0,
  refused_by_both: 0,
  refused_by_matre: 0,
  refused_by_mftf: 0,
  suites: 0,
  suites_identical: 0,
};
const kinds = new Map<string, { count: number; example: string; pair: LinePair | undefined }>();
function note(kind: string, example: string, pair?: LinePair) {
  const entry = kinds.get(kind);
  if (entry === undefined) kinds.set(kind, { count: 1, example, pair });
  else entry.count += 1;
}
let writeS = 0;
const cpuBefore = process.cpuUsage();
const writeAt = performance.now();
for (const pair of pairs) {
  const [suite = '', test = ''] = pair.split('/');
  if (flags.test !== undefined && test !== flags.test) continue;
  const startedAt = performance.now();
  const ours = write(test, suite);
  writeS += seconds(startedAt);
  const path = generatedPaths.get(pair);
  if (path === undefined) {
    if ('refusal' in ours) counts.refused_by_both += 1;
    else counts.refused_by_mftf += 1;
    if (!('refusal' in ours)) note('refused by MFTF alone', pair);
    continue;
  }
  if ('refusal' in ours) {
    counts.refused_by_matre += 1;
    note(`refused by matre alone: ${ours.refusal.replace(/"[^"]*"/g, '""')}`, `${pair}: ${ours.refusal}`);
    continue;
  }
  if (flags.out !== undefined) {
    await mkdir(join(flags.out, suite), { recursive: true });
    await writeFile(join(flags.out, suite, `${test}Cest.php`), ours.text);
  }
  const comparison = compareCests(readFileSync(path, 'utf8'), ours.text);
  if (comparison.kind === 'identical') counts.cests_identical += 1;
  if (comparison.kind === 'different') counts.steps_different += 1;
  else counts.steps_equal += 1;
  if (comparison.kind !== 'identical') {
    note(`${comparison.kind}: ${kindOf(comparison.first)}`, pair, comparison.first);
  }
}
if (flags.groups !== undefined) await compareSuites(flags.groups);
const frequentKinds = [...kinds]
  .sort(([, a], [, b]) => b.count - a.count)
  .slice(0, Number(flags.differences));
for (const [kind, { count, example, pair }] of frequentKinds) {
  console.log(`${count} x ${kind}\n    ${example}`);
  if (pair !== undefined) {
    console.log(
      `    expected ${pair.line}: ${pair.expected.trim()}\n    actual   ${pair.line}: ${pair.actual.trim()}`,
    );
  }
}
const metrics = {
  ...counts,
  // The steps of all tests, and with every reference replaced and all Cests written.
  resolved_s: round(resolvedS),
  cold_s: round(catalogS + writeS),
  warm_ms: warmMs(),
  catalog_s: round(catalogS),
  all_written_s: round(seconds(writeAt)),
  cpu_s: round(cpuSeconds()),
  generation_s: await generationSeconds(),
  peak_mb: Math.round(process.resourceUsage().maxRSS / 1024),
};
console.log(metrics);
if (flags.name !== undefined) {
  const stored = JSON.parse(await readFile(results, 'utf8').catch(() => '{"metrics":{}}'));
  stored.metrics[flags.name] = metrics;
  await mkdir(dirname(results), { recursive: true });
  await writeFile(results, `${JSON.stringify(stored, null, 2)}\n`);
}

function round(number: number): number {
  return Math.round(number * 100) / 100;
}

/** Resolves the steps of all tests, with a resolver of its own; returns the seconds. */
function resolveAll(): number {
  const startedAt = performance.now();
  const fresh = createResolver(catalog, (path) => readFileSync(join(root as string, path)));
  for (const name of catalog.tests.keys()) fresh.test(name);
  return seconds(startedAt);
}

/** Resolving and writing one test again; the median of 101 tests over the whole tree. */
function warmMs(): number {
  const names = [...catalog.tests.keys()];
  const times = Array.from({ length: 101 }, (_, index) => {
    const startedAt = performance.now();
    write(names[Math.floor((index * names.length) / 101)] as string, 'default');
    return seconds(startedAt) * 1000;
  });
  return round(times.sort((a, b) => a - b)[50] ?? 0);
}

/**
 * Writing and packing the files of 20 random tests, as a run does at a new commit: what was read of other files of the tree is not kept.
 * The median of nine samples.
 */
async function generationSeconds(): Promise<number> {
  const read = (path: string) => readFileSync(join(root as string, path));
  const request = { settings, helperClasses: [], layout: createLayout(root as string) };
  const image = { suiteClass: undefined, codeceptionConfig: undefined };
  const times: number[] = [];
  for (let sample = 0; sample < 9; sample += 1) {
    const rank = ({ name }: { name: string }) => hash('sha256', `${sample} ${name}`);
    const tests = [...catalog.tests.values()]
      .filter(({ suites, unusable }) => suites.length === 0 && unusable === undefined)
      .sort((a, b) => (rank(a) < rank(b) ? -1 : 1))
      .slice(0, 20)
      .map(({ name }) => ({ name, suite: undefined }));
    const startedAt = performance.now();
    const written = writeCestFiles(catalog, createResolver(catalog, read), read, {
      ...request,
      image,
      tests,
    });
    await packFilesAsGenerated(written.files);
    times.push(seconds(startedAt));
  }
  return round(times.sort((a, b) => a - b)[4] ?? 0);
}

async function declarations(tree: string) {
  const bytes = flags.stored && (await readFile(flags.stored).catch(() => undefined));
  try {
    if (bytes) return declarationsFromBytes(bytes);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    // Of an older version of matre.
  }
  const read = await readDeclarations(folderSource(tree, ''));
  if (flags.stored !== undefined) await writeFile(flags.stored, declarationsToBytes(read));
  return read;
}

/** Compares the classes of suites, each with the number of its tests. */
async function compareSuites(folder: string) {
  const files = (await readdir(folder)).filter((name) => name.endsWith('.php')).sort();
  const frame =
    files[0] === undefined ? undefined : suiteFrame(await readFile(join(folder, files[0]), 'utf8'));
  if (frame === undefined) throw new Error(`The class ${files[0]} is not built as expected.`);
  for (const file of files) {
    counts.suites += 1;
    const name = file.slice(0, -4);
    const resolution = resolver.suite(name);
    if ('refusal' in resolution) {
      note('a suite is refused by matre alone', `${name}: ${resolution.refusal.message}`);
      continue;
    }
    const tests = catalog.suites.get(name)?.memberCount ?? 0;
    let text: string;
    try {
      text = writeSuite(resolution.resolved, tests, frame, { definitions, settings, helpers });
    } catch (error) {
      note(`a suite is refused by matre alone`, `${name}: ${error}`);
      continue;
    }
    const comparison = compareCests(await readFile(join(folder, file), 'utf8'), text);
    if (comparison.kind === 'identical') counts.suites_identical += 1;
    else note(`suite: ${kindOf(comparison.first)}`, name, comparison.first);
  }
}

function cpuSeconds(): number {
  const { user, system } = process.cpuUsage(cpuBefore);
  return (user + system) / 1_000_000;
}
