// Compares the catalog of a Magento tree with what MFTF generates, and generation from only the files that tests need
// with generation from the whole tree, byte for byte.
//
//   npx tsx bench/catalog.ts                        with the stand-in: the sample tree, its tests copied many times
//   npx tsx bench/catalog.ts --magento ROOT         with the real MFTF of a Magento root, by the `php` of this machine;
//                                                   it works on a copy of hard links beside ROOT, and takes minutes
//   --seed N                                        other random tests
//   --reading                                       measures the reading alone, and keeps the other results
//
// Prints a table and writes bench/results/catalog.json. Reading is measured five times, each in a process of its own,
// and the median counts. On a busy machine compare the processor time (`cold_cpu_s`, `warm_cpu_s`): reading uses a
// single thread.
import { spawnSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { examplePath } from '../src/demo/examples.ts';
import { buildSampleTree, samplePhp } from '../src/demo/tree.ts';
import { buildCatalog } from '../src/mftf/catalog/catalog.ts';
import { readDeclarations } from '../src/mftf/catalog/declarations/declarations.ts';
import { resolveSelection } from '../src/mftf/catalog/selection.ts';
import { folderSource } from '../src/mftf/catalog/tree/source.ts';
import { closureOf } from '../src/mftf/closure/closure.ts';
import { createLayout, generatedFile, type Layout } from '../src/mftf/container/layout.ts';
import { emptySelection, type PlannedTest } from '../src/model/selection.ts';

const { values: flags } = parseArgs({
  options: {
    magento: { type: 'string' },
    seed: { type: 'string', default: '7' },
    reading: { type: 'boolean', default: false },
  },
});
const folder = await mkdtemp(join(flags.magento ? dirname(flags.magento) : tmpdir(), 'matre-bench-'));
const median = (numbers: number[]) =>
  numbers.sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;
const seconds = (startedAt: number) => (performance.now() - startedAt) / 1000;

/** The files in the three places of a generation: contents by path. */
type Generated = Map<string, string>;

const results = 'bench/results/catalog.json';

try {
  const { magento } = flags;
  const root =
    magento === undefined ? await sampleMagento() : flags.reading ? magento : await copyMagento(magento);
  const reading = measureReading(root);
  console.log(
    `catalog: cold ${reading.cold_s} s (bar: 4), warm ${reading.warm_s} s (bar: 0.3); of the processor ${reading.cold_cpu_s} s and ${reading.warm_cpu_s} s`,
  );
  const compared = flags.reading ? JSON.parse(await readFile(results, 'utf8')) : await compare(root);
  const metrics = { ...compared.metrics, ...reading };
  await mkdir(dirname(results), { recursive: true });
  await writeFile(results, `${JSON.stringify({ ...compared, metrics }, null, 2)}\n`);
  console.log(metrics);
  if (!metrics.sets_equal || metrics.pruned_identical + metrics.pruned_fallback < metrics.pruned_compared) {
    process.exitCode = 1;
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}

/** Medians of five processes each. */
function measureReading(root: string) {
  const measure = (kind: 'cold' | 'warm') => {
    const argv = [...process.execArgv, 'bench/catalog/reading.ts', kind, root, join(folder, 'stored')];
    const rounds = Array.from({ length: 5 }, (): { wall: number; cpu: number } => {
      const { stdout, stderr } = spawnSync(process.execPath, argv, { encoding: 'utf8' });
      if (stdout === '') throw new Error(stderr);
      return JSON.parse(stdout);
    });
    const of = (what: 'wall' | 'cpu') => round(median(rounds.map((timing) => timing[what])));
    return { wall: of('wall'), cpu: of('cpu') };
  };
  const cold = measure('cold');
  const warm = measure('warm');
  return { cold_s: cold.wall, warm_s: warm.wall, cold_cpu_s: cold.cpu, warm_cpu_s: warm.cpu };
}

/**
 * Compares the tests of the catalog with those that MFTF generates, and pruned generation with generation from the
 * whole tree.
 */
async function compare(root: string) {
  const php = flags.magento ? 'php' : join(folder, samplePhp);
  const layout = createLayout(root);
  const catalog = buildCatalog([await readDeclarations(folderSource(root, ''))]);
  const metrics = { sets_equal: false, pruned_compared: 0, pruned_identical: 0, pruned_fallback: 0 };
  console.log(`${catalog.files.length} files, ${catalog.tests.size} tests, ${catalog.suites.size} suites`);

  const { tests: all } = resolveSelection(catalog, { ...emptySelection, all: true });
  const allAt = performance.now();
  const everything = await generate(layout, php, [], []);
  const files = [...everything.keys()].filter((path) => path.endsWith('Cest.php')).sort();
  const expected = all.map((test) => `_generated/${generatedFile(test)}`).sort();
  metrics.sets_equal = JSON.stringify(files) === JSON.stringify(expected);
  console.log(
    `all ${files.length} tests in ${seconds(allAt).toFixed(1)} s: ${metrics.sets_equal ? '' : 'not '}those of the catalog`,
  );

  const shuffled = shuffle(all, Number(flags.seed));
  const rows: Record<string, string | number>[] = [];
  for (const size of [1, 9, 20, 100, 500].filter((size) => size <= all.length)) {
    const tests = shuffled.splice(0, size);
    shuffled.push(...tests);
    const closure = closureOf(catalog, tests);
    metrics.pruned_compared += size;
    if (closure.kind === 'whole') {
      metrics.pruned_fallback += size;
      rows.push({ tests: size, files: closure.reason });
      continue;
    }
    const fullAt = performance.now();
    const full = await generate(layout, php, tests, []);
    const fullS = seconds(fullAt);
    const prunedAt = performance.now();
    const options = await prune(root, closure.files);
    const pruned = await generate(layout, php, tests, options);
    const prunedS = seconds(prunedAt);
    const paths = tests.map((test) => `_generated/${generatedFile(test)}`);
    const missing = paths.filter((path) => full.has(path) && !pruned.has(path)).length;
    const identical = paths.filter((path) => full.get(path) === pruned.get(path)).length;
    // A run with a missing test falls back to the whole tree.
    if (missing > 0) metrics.pruned_fallback += size;
    else metrics.pruned_identical += identical;
    const others = [...new Set([...full.keys(), ...pruned.keys()])].filter((path) => !paths.includes(path));
    const different = others.filter((path) => full.get(path) !== pruned.get(path));
    if (different.length > 0) throw new Error(`Not the same: ${different.join(', ')}`);
    rows.push({
      tests: size,
      files: closure.files.length,
      'whole tree (s)': round(fullS),
      'pruned (s)': round(prunedS),
      identical,
    });
  }
  console.table(rows);
  return { of: flags.magento ? 'a Magento root' : 'the stand-in', metrics, rows };
}

/**
 * Copies with hard links: MFTF replaces the files that it generates. A file that it changes in place becomes a real
 * copy.
 */
async function copyMagento(magento: string): Promise<string> {
  const root = join(folder, 'magento');
  run('cp', ['-al', magento, root], '/');
  const acceptance = join(root, 'dev/tests/acceptance');
  for (const name of ['.env', '.credentials', '.credentials.example', 'codeception.yml', 'mftf.log']) {
    const path = join(acceptance, name);
    const content = await readFile(path).catch(() => undefined);
    if (content === undefined) continue;
    await writeFile(`${path}.own`, content);
    await rename(`${path}.own`, path);
  }
  await rm(join(acceptance, 'tests/functional/Magento/_generated'), { recursive: true, force: true });
  return root;
}

/** The sample tree, with its module and 40 copies of each of its tests. */
async function sampleMagento(): Promise<string> {
  const root = await buildSampleTree(folder);
  const module = join(root, 'app/code/TestModule');
  await cp(examplePath('module'), module, { recursive: true });
  const tests = join(module, 'Test/Mftf/Test');
  for (const entry of await readdir(tests, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !entry.name.endsWith('.xml')) continue;
    const xml = await readFile(join(entry.parentPath, entry.name), 'utf8');
    for (let copy = 1; copy <= 40; copy++) {
      const renamed = xml.replace(/<test name="(\w+)"/, `<test name="$1No${copy}"`);
      await writeFile(join(entry.parentPath, entry.name.replace('.xml', `No${copy}.xml`)), renamed);
    }
  }
  return root;
}

/** As in a container: see src/mftf/closure/tree.ts. */
async function prune(root: string, files: string[]): Promise<string[]> {
  const scripts = new URL('../src/mftf/closure/', import.meta.url).pathname;
  const tree = join(folder, 'tree');
  await writeFile(`${tree}.files`, `${files.join('\n')}\n`);
  run('sh', [join(scripts, 'prune.sh'), root, tree], '/');
  const settings = [`auto_prepend_file=${scripts}pruned.php`, `matre.root=${root}`, `matre.tree=${tree}`];
  return settings.flatMap((setting) => ['-d', setting]);
}

/** Generates the given tests, or all, and returns the content of the three places. */
async function generate(
  layout: Layout,
  php: string,
  tests: PlannedTest[],
  options: string[],
): Promise<Generated> {
  const { generated, suiteClasses, acceptance, root } = layout;
  await rm(generated, { recursive: true, force: true });
  await mkdir(generated, { recursive: true });
  const quiet = ['error_reporting=8191', 'display_errors=0', 'memory_limit=-1'].flatMap((one) => ['-d', one]);
  const names = tests.map(({ name, suite }) => (suite === undefined ? name : `${suite}:${name}`));
  const command = [layout.mftf, 'generate:tests', '--force', '--no-ansi', '--no-interaction', ...names];
  run(php, [...quiet, ...options, ...command], root);
  const files: Generated = new Map();
  for (const [place, at] of [
    ['_generated', generated],
    ['Group', suiteClasses],
  ] as const) {
    for (const entry of await readdir(at, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const path = join(entry.parentPath, entry.name);
      files.set(`${place}${path.slice(at.length)}`, await readFile(path, 'latin1'));
    }
  }
  files.set('codeception.yml', await readFile(join(acceptance, 'codeception.yml'), 'latin1'));
  return files;
}

/** Ignores the exit code of MFTF, which is not reliable. */
function run(command: string, argv: string[], cwd: string): void {
  const { error, stderr, status } = spawnSync(command, argv, { cwd, encoding: 'utf8', maxBuffer: 2 ** 28 });
  if (error) throw error;
  if (status !== 0 && command !== 'php' && !argv.includes('generate:tests'))
    throw new Error(`${command}: ${stderr}`);
}

/** Shuffles in an order that the seed decides (a linear congruential generator: any order will do). */
function shuffle<T>(list: T[], seed: number): T[] {
  let state = seed;
  const keyed = list.map((item) => {
    state = (state * 1103515245 + 12345) & 0x7fffffff;
    return { item, key: state };
  });
  return keyed.sort((a, b) => a.key - b.key).map(({ item }) => item);
}

function round(number: number): number {
  return Math.round(number * 100) / 100;
}
