// Over real commits of a test module: are the tests that matre chooses as changed all those whose Cest changed?
//
//   npx tsx bench/impact.ts --root MAGENTO --repository GIT_DIR --target FOLDER
//     MAGENTO     a Magento root, which the module is installed in
//     GIT_DIR     the git directory of the repository of the module, with its history
//     FOLDER      where the module is installed below the root, such as app/code/Magento
//   --commits N       so many commits of the first parents that touch `Test/Mftf`, the newest first; 200 without it
//   --from REF        the newest one; HEAD without it
//   --leave-out TEXT  paths of the root that begin so are left out: older copies of the module
//   --stored FILE     keeps what was read of the root there, for the next time
//   --rows FILE       keeps what was measured of each commit there; those that it has are not measured again
//   --summary         measures no further commits
//   --name NAME       stores the results in bench/results/impact.json under this name
//
// For each commit the Cests (src/mftf/cest) are compared with those of the commit before. A test is missed when its Cest differs, or is
// new, and `changedTests` does not choose it. Only the Cests of tests that reach a changed file are written again; with every 20th
// commit, and with the last one, all of them are, and one that differs from what was written last counts as missed, too. Cests of MFTF 4
// and later are written, because those of MFTF 3 name helpers of other tests, in the order of directories.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { appendFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { Fault } from '../src/faults/fault.ts';
import { buildCatalog } from '../src/mftf/catalog/catalog.ts';
import type { Declarations } from '../src/mftf/catalog/declarations/declaration.ts';
import {
  declarationsFromBytes,
  declarationsToBytes,
  readDeclarations,
} from '../src/mftf/catalog/declarations/declarations.ts';
import { folderSource, type SourceFile } from '../src/mftf/catalog/tree/source.ts';
import { candidatesOf } from '../src/mftf/impact/candidates.ts';
import { type ChangedTests, changedTests, type Side } from '../src/mftf/impact/changed-tests.ts';
import { writtenCests } from '../test/support/written-cests.ts';

const { values: flags } = parseArgs({
  options: {
    root: { type: 'string' },
    repository: { type: 'string' },
    target: { type: 'string' },
    commits: { type: 'string', default: '200' },
    from: { type: 'string', default: 'HEAD' },
    'leave-out': { type: 'string' },
    stored: { type: 'string' },
    rows: { type: 'string' },
    summary: { type: 'boolean', default: false },
    name: { type: 'string' },
  },
});
const { root = '', repository = '', target = '' } = flags;
if (!root || !repository || !target) throw new Error('--root, --repository and --target are needed.');
const results = 'bench/results/impact.json';
const folder = mkdtempSync(join(tmpdir(), 'matre-impact-'));

/** A commit with the hashes of all its Cests, by `suite:test`. */
interface State {
  side: Side;
  /** The declarations of the module, and the content of its files: only files that differ are parsed again. */
  module: Declarations;
  contents: Map<string, Uint8Array>;
  cests: Map<string, string>;
}

const tree = await treeDeclarations();
const commits = git(
  'log',
  '--first-parent',
  `--max-count=${Number(flags.commits) + 1}`,
  '--format=%H',
  flags.from,
  '--',
  '*/Test/Mftf/*',
)
  .trim()
  .split('\n')
  .reverse();

/** What was measured of a commit. */
interface Row {
  commit: string;
  /** Tests in the tree with the module, those of the module, and those of each that were chosen. */
  tests: number;
  moduleTests: number;
  chosenTests: number;
  chosenModuleTests: number;
  /** Cests that were chosen, and those of them that are the same as before. */
  chosenCests: number;
  sameCests: number;
  changedCests: number;
  /** Cests that were written again although no file that they reach differs. */
  checkedCests: number;
  missed: string[];
  ms: number;
}

/** All Cests are written with every so many commits, and with the last one. */
const checkEvery = 20;
const rows = new Map((await storedRows()).map((row) => [row.commit, row]));
let before: State | undefined;
for (const [index, commit] of commits.entries()) {
  const previous = commits[index - 1];
  if (previous === undefined) continue;
  if (rows.has(commit) || flags.summary) {
    before = undefined;
    continue;
  }
  before ??= await stateAt(previous, undefined);
  const after = await stateAt(commit, before);
  const row = measure(commit, before, after, index % checkEvery === 0 || index === commits.length - 1);
  rows.set(commit, row);
  if (flags.rows !== undefined) await appendFile(flags.rows, `${JSON.stringify(row)}\n`);
  console.log(
    `${index} ${commit.slice(0, 12)}: ${row.chosenTests} of ${row.tests} tests (${row.moduleTests} of the module), ${row.changedCests} Cests differ, ${row.missed.length} missed, ${row.ms} ms`,
  );
  before = after;
}
rmSync(folder, { recursive: true, force: true });
const measured = commits.flatMap((commit) => rows.get(commit) ?? []);
for (const { commit, missed } of measured)
  for (const each of missed) console.log(`missed: ${commit} ${each}`);
const metrics = metricsOf(measured);
console.log(metrics);
if (flags.name !== undefined) {
  const stored = JSON.parse(await readFile(results, 'utf8').catch(() => '{"metrics":{}}'));
  stored.metrics[flags.name] = metrics;
  await mkdir(dirname(results), { recursive: true });
  await writeFile(results, `${JSON.stringify(stored, null, 2)}\n`);
}

function measure(commit: string, before: State, after: State, checksAll: boolean): Row {
  const startedAt = performance.now();
  const changes = changedTests(before.side, after.side);
  const ms = Math.round(performance.now() - startedAt);
  const places = placesOf(changes);
  const changed = differences(before, after);
  const missed = changed.filter((place) => !places.has(place));
  const all = checksAll ? [...writtenCests(after.side)] : [];
  missed.push(...all.flatMap(([place, digest]) => (after.cests.get(place) === digest ? [] : [place])));
  const changedPlaces = new Set(changed);
  const tests = [...after.side.catalog.tests.values()];
  const ofModule = tests.filter(({ files }) => files.some((file) => file.startsWith(`${target}/`)));
  const names = new Set(changes.changed.map(({ test }) => test));
  return {
    commit,
    tests: tests.length,
    moduleTests: ofModule.length,
    chosenTests: names.size,
    chosenModuleTests: ofModule.filter(({ name }) => names.has(name)).length,
    chosenCests: places.size,
    sameCests: [...places].filter((place) => !changedPlaces.has(place)).length,
    changedCests: changed.length,
    checkedCests: all.length,
    missed,
    ms,
  };
}

function metricsOf(list: readonly Row[]) {
  const sum = (of: (row: Row) => number) => list.reduce((total, row) => total + of(row), 0);
  const shares = list.map(({ chosenTests, tests }) => chosenTests / tests);
  return {
    commits: list.length,
    missed: sum(({ missed }) => missed.length),
    median_share: round(median(shares), 5),
    median_share_of_module: round(
      median(list.map(({ chosenModuleTests, moduleTests }) => chosenModuleTests / Math.max(1, moduleTests))),
      5,
    ),
    largest_share: round(Math.max(...shares), 5),
    median_tests: median(list.map(({ chosenTests }) => chosenTests)),
    cests_chosen: sum(({ chosenCests }) => chosenCests),
    cests_changed: sum(({ changedCests }) => changedCests),
    chosen_with_same_cest: sum(({ sameCests }) => sameCests),
    cests_checked: sum(({ checkedCests }) => checkedCests),
    median_ms: median(list.map(({ ms }) => ms)),
  };
}

async function storedRows(): Promise<Row[]> {
  const text = flags.rows && (await readFile(flags.rows, 'utf8').catch(() => ''));
  return text
    ? text
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line))
    : [];
}

/** The module at a commit in the tree, with all Cests: those of the state before, where no file that a test reaches differs. */
async function stateAt(commit: string, before: State | undefined): Promise<State> {
  const argv = [`--git-dir=${repository}`, `--work-tree=${folder}`, 'read-tree', '--reset', '-u', commit];
  execFileSync('git', argv, { env: { ...process.env, GIT_INDEX_FILE: `${folder}.index` } });
  const contents = new Map<string, Uint8Array>();
  const changedFiles: SourceFile[] = [];
  for (const file of folderSource(folder, target).files as Iterable<SourceFile>) {
    const earlier = before?.contents.get(file.path);
    if (earlier === undefined || Buffer.compare(earlier, file.content) !== 0) changedFiles.push(file);
    contents.set(file.path, file.content);
  }
  const declarations = await readDeclarations({ root: target, files: changedFiles });
  const changed = new Set(changedFiles.map(({ path }) => path));
  const module = before
    ? mergeDeclarations(
        declarations,
        only(before.module, (path) => contents.has(path) && !changed.has(path)),
      )
    : declarations;
  const catalog = buildCatalog([tree, module]);
  const read = (path: string) => contents.get(path) ?? readFileSync(join(root, path));
  const side = { catalog, read };
  const state = { side, module, contents };
  if (before === undefined) return { ...state, cests: writtenCests(side) };
  const { tests } = candidatesOf(before.side.catalog, catalog);
  const kept = [...before.cests].filter(([place]) => {
    const [suite = '', test = ''] = place.split(':');
    const entry = catalog.tests.get(test);
    const isThere =
      entry?.unusable === undefined &&
      (suite === '' ? entry?.suites.length === 0 : entry?.suites.includes(suite));
    return isThere && !tests.has(test);
  });
  return { ...state, cests: new Map([...kept, ...writtenCests(side, tests)]) };
}

function differences(before: State, after: State): string[] {
  return [...after.cests].flatMap(([place, digest]) => (before.cests.get(place) === digest ? [] : [place]));
}

function placesOf({ changed }: ChangedTests): Set<string> {
  return new Set(changed.flatMap(({ test, suites }) => suites.map((suite) => `${suite ?? ''}:${test}`)));
}

async function treeDeclarations(): Promise<Declarations> {
  const bytes = flags.stored && (await readFile(flags.stored).catch(() => undefined));
  let read: Declarations | undefined;
  try {
    if (bytes) read = declarationsFromBytes(bytes);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    // Of an older version of matre.
  }
  if (read === undefined) {
    read = await readDeclarations(folderSource(root, ''));
    if (flags.stored !== undefined) await writeFile(flags.stored, declarationsToBytes(read));
  }
  const omitted = flags['leave-out'];
  if (omitted === undefined) return read;
  return only(read, (path) => !path.startsWith(omitted));
}

/** The declarations of some files and folders. */
function only(of: Declarations, keep: (path: string) => boolean): Declarations {
  return {
    ...of,
    files: of.files.filter(({ path }) => keep(path)),
    tests: of.tests.filter(({ path }) => keep(path)),
    suites: of.suites.filter(({ path }) => keep(path)),
    registrations: of.registrations.filter(({ folder }) => keep(`${folder}/registration.php`)),
    fixtures: of.fixtures.filter(({ path }) => keep(path)),
    problems: of.problems.filter(({ path }) => keep(path)),
  };
}

function mergeDeclarations(one: Declarations, other: Declarations): Declarations {
  return {
    ...one,
    files: [...one.files, ...other.files],
    tests: [...one.tests, ...other.tests],
    suites: [...one.suites, ...other.suites],
    registrations: [...one.registrations, ...other.registrations],
    fixtures: [...one.fixtures, ...other.fixtures],
    problems: [...one.problems, ...other.problems],
  };
}

function git(...argv: string[]): string {
  return execFileSync('git', [`--git-dir=${repository}`, ...argv], {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
}

function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const [low = 0, high = 0] = [sorted[middle - 1], sorted[middle]];
  return sorted.length % 2 === 1 ? high : (low + high) / 2;
}

function round(number: number, digits: number): number {
  return Number(number.toFixed(digits));
}
