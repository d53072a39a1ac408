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
//   --name NAME       stores the results in bench/results/impact.json under this name
//
// For each commit the Cests (src/mftf/cest) are compared with those of the commit before. A test is missed when its Cest differs, or is
// new, and `changedTests` does not choose it. Only the Cests of tests that reach a changed file are written again; with every 20th
// commit, and with the last one, all of them are, and one that differs from what was written last counts as missed, too. Cests of MFTF 4
// and later are written, because those of MFTF 3 name helpers of other tests, in the order of directories.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { Fault } from '../src/faults/fault.ts';
import { buildCatalog } from '../src/mftf/catalog/catalog.ts';
import type { Declarations } from '../src/mftf/catalog/declaration.ts';
import {
  declarationsFromBytes,
  declarationsToBytes,
  readDeclarations,
} from '../src/mftf/catalog/declarations.ts';
import { folderSource, type SourceFile } from '../src/mftf/catalog/source.ts';
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
const shares: number[] = [];
const moduleShares: number[] = [];
const compareMs: number[] = [];
const missed: string[] = [];
let superfluous = 0;
/** Cests that were written again to check those that were not. */
let checked = 0;
let chosen = 0;
let differing = 0;
const [first = '', ...others] = commits;
/** All Cests are written with every so many commits. */
const checkEvery = 20;
let before = await stateAt(first, undefined);
for (const [index, commit] of others.entries()) {
  const after = await stateAt(commit, before);
  const startedAt = performance.now();
  const changes = changedTests(before.side, after.side);
  compareMs.push(performance.now() - startedAt);
  const places = placesOf(changes);
  const cestChanges = differences(before, after);
  const lost = cestChanges.filter((place) => !places.has(place));
  if ((index + 1) % checkEvery === 0 || index === others.length - 1) {
    const all = writtenCests(after.side);
    const stale = [...all].filter(([place, digest]) => after.cests.get(place) !== digest);
    lost.push(...stale.map(([place]) => place));
    checked += all.size;
  }
  missed.push(...lost.map((place) => `${commit.slice(0, 12)} ${place}`));
  const changedCests = new Set(cestChanges);
  superfluous += [...places].filter((place) => !changedCests.has(place)).length;
  chosen += places.size;
  differing += cestChanges.length;
  const tests = [...after.side.catalog.tests.values()];
  const ofModule = tests.filter(({ files }) => files.some((file) => file.startsWith(`${target}/`)));
  const names = new Set(changes.changed.map(({ test }) => test));
  shares.push(changes.changed.length / tests.length);
  moduleShares.push(ofModule.filter(({ name }) => names.has(name)).length / Math.max(1, ofModule.length));
  console.log(
    `${index + 1} ${commit.slice(0, 12)}: ${changes.changed.length} of ${tests.length} tests (${ofModule.length} of the module), ${cestChanges.length} Cests differ, ${lost.length} missed, ${Math.round(compareMs.at(-1) ?? 0)} ms`,
  );
  before = after;
}
rmSync(folder, { recursive: true, force: true });
for (const each of missed.slice(0, 20)) console.log(`missed: ${each}`);
const metrics = {
  commits: others.length,
  missed: missed.length,
  median_share: round(median(shares), 5),
  median_share_of_module: round(median(moduleShares), 5),
  largest_share: round(Math.max(...shares), 5),
  places_chosen: chosen,
  cests_changed: differing,
  chosen_with_same_cest: superfluous,
  cests_checked: checked,
  median_ms: round(median(compareMs), 1),
  max_ms: round(Math.max(...compareMs), 1),
  peak_mb: Math.round(process.resourceUsage().maxRSS / 1024),
};
console.log(metrics);
if (flags.name !== undefined) {
  const stored = JSON.parse(await readFile(results, 'utf8').catch(() => '{"metrics":{}}'));
  stored.metrics[flags.name] = metrics;
  await mkdir(dirname(results), { recursive: true });
  await writeFile(results, `${JSON.stringify(stored, null, 2)}\n`);
}

/** The module at a commit in the tree, with all Cests: those of the state before, where no file that a test reaches differs. */
async function stateAt(commit: string, before: State | undefined): Promise<State> {
  execFileSync(
    'git',
    [`--git-dir=${repository}`, `--work-tree=${folder}`, 'read-tree', '--reset', '-u', commit],
    {
      env: { ...process.env, GIT_INDEX_FILE: `${folder}.index` },
    },
  );
  const contents = new Map<string, Uint8Array>();
  function* files(): Generator<SourceFile> {
    for (const file of folderSource(folder, target).files as Iterable<SourceFile>) {
      contents.set(file.path, file.content);
      yield file;
    }
  }
  const catalog = buildCatalog([tree, await readDeclarations({ root: target, files: files() })]);
  const read = (path: string) => contents.get(path) ?? readFileSync(join(root, path));
  const side = { catalog, read };
  if (before === undefined) return { side, cests: writtenCests(side) };
  const { tests } = candidatesOf(before.side.catalog, catalog);
  const kept = [...before.cests].filter(([place]) => {
    const [suite = '', test = ''] = place.split(':');
    const entry = catalog.tests.get(test);
    const isThere =
      entry?.unusable === undefined &&
      (suite === '' ? entry?.suites.length === 0 : entry?.suites.includes(suite));
    return isThere && !tests.has(test);
  });
  return { side, cests: new Map([...kept, ...writtenCests(side, tests)]) };
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
  const keep = (path: string) => !path.startsWith(omitted);
  return {
    ...read,
    files: read.files.filter(({ path }) => keep(path)),
    tests: read.tests.filter(({ path }) => keep(path)),
    suites: read.suites.filter(({ path }) => keep(path)),
    registrations: read.registrations.filter(({ folder }) => keep(folder)),
    problems: read.problems.filter(({ path }) => keep(path)),
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
