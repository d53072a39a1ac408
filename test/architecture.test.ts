import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

/** Every lower room but these. */
interface AllBut {
  allBut: readonly string[];
}

/**
 * The rooms of `src`, lower ones first, each with the other rooms that its files may import from. The table in
 * docs/architecture.md says what is in them.
 */
const table: Record<string, readonly string[] | AllBut> = {
  'log.ts': [],
  async: [],
  faults: [],
  files: ['faults'],
  crypto: ['async', 'faults'],
  http: ['async', 'faults'],
  model: ['faults'],
  history: ['model'],
  threads: ['faults', 'files', 'model'],
  report: ['async', 'model'],
  config: ['faults', 'files', 'http', 'model'],
  engine: ['async', 'faults', 'files', 'log.ts'],
  locks: ['async', 'faults', 'log.ts'],
  artifacts: ['async', 'config', 'faults', 'files', 'http', 'log.ts', 'model'],
  allure: ['artifacts', 'async', 'faults', 'files', 'log.ts', 'model', 'report'],
  store: ['artifacts', 'async', 'crypto', 'faults', 'files', 'history', 'log.ts', 'model'],
  selenium: ['async', 'faults', 'http', 'log.ts', 'model'],
  replay: ['async', 'faults', 'http', 'model', 'selenium'],
  schedule: ['async', 'faults', 'log.ts', 'model', 'store'],
  queue: ['async', 'faults', 'files', 'log.ts', 'model', 'store'],
  hooks: ['async', 'engine', 'faults', 'model', 'queue'],
  modules: ['config', 'faults', 'files', 'log.ts', 'model', 'threads'],
  pool: ['async', 'engine', 'faults', 'locks', 'log.ts', 'model'],
  worker: ['artifacts', 'async', 'faults', 'locks', 'log.ts', 'model', 'queue', 'store'],
  mftf: { allBut: ['allure', 'crypto', 'history', 'http', 'locks', 'report', 'schedule'] },
  playwright: [
    'artifacts',
    'async',
    'engine',
    'faults',
    'files',
    'hooks',
    'mftf',
    'model',
    'pool',
    'queue',
    'threads',
    'worker',
  ],
  tracing: ['async', 'config', 'faults', 'log.ts', 'model', 'queue', 'store', 'worker'],
  messages: ['artifacts', 'async', 'faults', 'http', 'log.ts', 'model', 'modules', 'schedule', 'store'],
  doctor: {
    allBut: [
      'allure',
      'crypto',
      'history',
      'hooks',
      'messages',
      'playwright',
      'queue',
      'replay',
      'report',
      'threads',
      'tracing',
      'worker',
    ],
  },
  alerts: ['artifacts', 'async', 'config', 'doctor', 'faults', 'log.ts', 'model', 'store'],
  operations: {
    allBut: [
      'alerts',
      'files',
      'history',
      'hooks',
      'http',
      'playwright',
      'replay',
      'selenium',
      'threads',
      'tracing',
      'worker',
    ],
  },
  server: [
    'allure',
    'artifacts',
    'async',
    'config',
    'crypto',
    'faults',
    'files',
    'locks',
    'model',
    'operations',
    'queue',
    'store',
  ],
  backup: ['artifacts', 'config', 'faults', 'files', 'log.ts', 'store'],
  import: ['artifacts', 'crypto', 'faults', 'files', 'mftf', 'model', 'operations', 'schedule', 'store'],
  app: { allBut: ['files', 'history', 'report', 'server'] },
  demo: ['app', 'async', 'config', 'engine', 'faults', 'log.ts', 'model', 'operations', 'server', 'store'],
  cli: [
    'app',
    'artifacts',
    'async',
    'config',
    'demo',
    'faults',
    'files',
    'http',
    'log.ts',
    'model',
    'operations',
    'report',
    'server',
    'store',
  ],
};

const names = Object.keys(table);
const lowerThan = (room: string) => names.slice(0, names.indexOf(room));
const rooms = Object.fromEntries(
  Object.entries(table).map(([room, imports]) => [
    room,
    'allBut' in imports ? lowerThan(room).filter((name) => !imports.allBut.includes(name)) : imports,
  ]),
);

/** The files of the server whose types the page may use: shapes of responses, and terms of the model. */
const seenByPage =
  /^(model\/.*|operations\/.*|server\/sign-in\/(session|device-routes)\.ts|server\/http\/problem\.ts)$/;

/** SQL statements; only these rooms may have them. */
const sql =
  /`\s*(WITH \w+ AS|SELECT|INSERT INTO \w+|UPDATE \w+ SET|DELETE FROM \w+|ALTER TABLE|CREATE TABLE)\b|'(SELECT |DELETE FROM |INSERT INTO |UPDATE \w+ SET)/;
/** The files whose values the page may use: the limits of forms, durations, bytes, commits and notices as text. They import nothing. */
const sharedFiles = [
  'model/limits.ts',
  'model/duration.ts',
  'model/run-options.ts',
  'model/failure-headline.ts',
  'model/rule-sentence.ts',
  'model/patch.ts',
  'model/reading-tests.ts',
  'model/short-commit.ts',
  'model/bytes.ts',
];
const roomsWithSql = ['store', 'queue'];
/** It reads the database of another system. */
const otherSql = 'import/source/connection.ts';

/** Folders with more than 15 files of their own, without tests, and why they are not divided. */
const largeFolders: Record<string, string> = {
  'src/app/containers': 'each part that needs containers is put together in its own file',
  'src/cli': 'what all commands share: options, times, prompts',
  'src/cli/client': 'the client of the API: one connection, and what is read over it',
  'src/cli/commands': 'a file for each command',
  'src/cli/output': 'a file for each thing that several commands print',
  'src/config/settings': 'a file for each subject of settings',
  'src/doctor/checks': 'a file for each check',
  'src/faults/codes': 'a file for each subject of fault codes',
  'src/mftf/catalog':
    'the catalog and its questions; declarations, trees and registrations have their own folders',
  'src/mftf/cest': 'the parts of one PHP file, each written by one file',
  'src/mftf/lint': 'reading outlines, the rules, and who uses a name: all of them need all outlines',
  'src/mftf/results': 'a file for each thing that is read after a test',
  'src/mftf/run': 'the steps of a run, a file for each',
  'src/model': 'a file for each term',
  'src/store/tables': 'a file for each table, or query over several',
  'src/worker': 'the loop of a worker and what it runs beside it, a file for each',
  'web/src/account': 'a file for each form and list of an account',
  'web/src/run': 'the view of a run; failures and tests have their own folders',
  'web/src/selection': 'a file for each field of a selection, and its preview',
  'web/src/ui': 'a file for each component that views share',
};

const source = resolve(import.meta.dirname, '../src');
const page = resolve(import.meta.dirname, '../web/src');

function filesIn(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) return filesIn(path);
    return /\.tsx?$/.test(path) && !/\.test\.tsx?$/.test(path) ? [path] : [];
  });
}

interface Import {
  /** As it is written: a relative path, or `#src/...` (package.json). */
  specifier: string;
  /** The absolute path of the imported file. */
  target: string;
  typeOnly: boolean;
}

/** The imports of our own files, including type-only, side-effect and dynamic ones. */
function importsOf(path: string): Import[] {
  const statements = readFileSync(path, 'utf8').matchAll(
    /(?:^|\n)\s*(?:import|export)\s+(type\s+)?(?:[^'";]*?from\s+)?'([.#][^']+)'|import\('([.#][^']+)'\)/g,
  );
  return [...statements].map(([, type, from, dynamic]) => {
    const specifier = from ?? dynamic ?? '';
    return {
      specifier,
      target: resolve(dirname(path), specifier.replace(/^#src/, source)),
      typeOnly: type !== undefined,
    };
  });
}

/** The folders and files directly in a folder. */
const roomsIn = (folder: string) => readdirSync(folder).filter((name) => !/\.test\.tsx?$/.test(name));

/** The rooms that a table of docs/architecture.md has, in its order; a row may have several, and says what is in them. */
function documentedRooms(heading: string): string[] {
  const text = readFileSync(resolve(import.meta.dirname, '../docs/architecture.md'), 'utf8');
  const section = text.split(`## ${heading}\n`)[1]?.split('\n## ')[0] ?? '';
  const rows = [...section.matchAll(/^\| (`.*?`) \| \S.* \|$/gm)];
  return rows.flatMap(([, cell = '']) => [...cell.matchAll(/`(.+?)\/?`/g)].map(([, name = '']) => name));
}

const roomOf = (path: string) => relative(source, path).split('/')[0] ?? '';
const serverFiles = filesIn(source);
const pageFiles = filesIn(page);

/** The cycles of a graph, each as the nodes on it. Tarjan's algorithm. */
function circles(graph: ReadonlyMap<string, readonly string[]>): string[][] {
  const cycles: string[][] = [];
  const order = new Map<string, number>();
  const lowest = new Map<string, number>();
  const stack: string[] = [];
  const visit = (node: string) => {
    order.set(node, order.size);
    lowest.set(node, order.size - 1);
    stack.push(node);
    for (const next of graph.get(node) ?? []) {
      if (!order.has(next)) visit(next);
      if (stack.includes(next)) lowest.set(node, Math.min(lowest.get(node) ?? 0, lowest.get(next) ?? 0));
    }
    if (lowest.get(node) !== order.get(node)) return;
    const members = stack.splice(stack.indexOf(node));
    if (members.length > 1) cycles.push(members);
  };
  for (const node of graph.keys()) if (!order.has(node)) visit(node);
  return cycles;
}

function importGraph(root: string, files: string[]): Map<string, string[]> {
  const inside = (path: string) => path.startsWith(root) && /\.tsx?$/.test(path);
  return new Map(
    files.map((path) => [
      relative(root, path),
      importsOf(path)
        .map(({ target }) => target)
        .filter(inside)
        .map((target) => relative(root, target)),
    ]),
  );
}

/** The import graph of the top-level folders, derived from that of the files. */
function roomGraph(files: ReadonlyMap<string, readonly string[]>): Map<string, string[]> {
  const graph = new Map<string, Set<string>>();
  for (const [path, targets] of files) {
    const room = path.split('/')[0] ?? '';
    const others = graph.get(room) ?? new Set();
    graph.set(room, others);
    for (const target of targets) {
      const other = target.split('/')[0] ?? '';
      if (other !== room) others.add(other);
    }
  }
  return new Map([...graph].map(([room, others]) => [room, [...others]]));
}

describe('the architecture', () => {
  it('has exactly the rooms of the list', () => {
    expect(roomsIn(source).toSorted()).toEqual(names.toSorted());
  });

  it('lists for each room only lower ones, each once and in alphabetical order', () => {
    for (const [room, imports] of Object.entries(table)) {
      const others = 'allBut' in imports ? imports.allBut : imports;
      expect(others, room).toEqual([...new Set(others)].toSorted());
      expect(
        others.filter((other) => !lowerThan(room).includes(other)),
        room,
      ).toEqual([]);
    }
  });

  it('has every room in docs/architecture.md, with what is in it: those of src in the order of the list', () => {
    expect(documentedRooms('The rooms of src')).toEqual(names);
    expect(documentedRooms('The rooms of web/src').toSorted()).toEqual(roomsIn(page).toSorted());
  });

  it('imports between rooms only as the list allows', () => {
    const forbidden = serverFiles.flatMap((path) =>
      importsOf(path)
        .map(({ target }) => target)
        .filter((target) => roomOf(target) !== roomOf(path) && !rooms[roomOf(path)]?.includes(roomOf(target)))
        .map((target) => `${relative(source, path)} -> ${relative(source, target)}`),
    );
    expect(forbidden).toEqual([]);
  });

  it('allows no import that no file uses', () => {
    const used = roomGraph(importGraph(source, serverFiles));
    const unused = Object.entries(rooms).flatMap(([room, allowed]) =>
      allowed.filter((other) => !used.get(room)?.includes(other)).map((other) => `${room} -> ${other}`),
    );
    expect(unused).toEqual([]);
  });

  it('has no import cycles between files, neither in the server nor in the page', () => {
    expect(circles(importGraph(source, serverFiles))).toEqual([]);
    expect(circles(importGraph(page, pageFiles))).toEqual([]);
  });

  it('has no import cycles between the rooms of the page', () => {
    expect(circles(roomGraph(importGraph(page, pageFiles)))).toEqual([]);
  });

  it('has SQL only in the store and the queue', () => {
    const withSql = serverFiles.filter(
      (path) => !roomsWithSql.includes(roomOf(path)) && sql.test(readFileSync(path, 'utf8')),
    );
    expect(withSql.map((path) => relative(source, path))).toEqual([otherSql]);
  });

  it('has no file of more than 400 lines', () => {
    const large = [...serverFiles, ...pageFiles].filter(
      (path) => readFileSync(path, 'utf8').split('\n').length > 400,
    );
    expect(large.map((path) => relative(source, path))).toEqual([]);
  });

  it('has folders of at most 15 files, but for those that the list gives a reason for', () => {
    const root = resolve(import.meta.dirname, '..');
    const counts = new Map<string, number>();
    for (const path of [...serverFiles, ...pageFiles]) {
      const folder = relative(root, dirname(path));
      counts.set(folder, (counts.get(folder) ?? 0) + 1);
    }
    const large = [...counts].flatMap(([folder, count]) => (count > 15 ? [folder] : []));
    expect(large.toSorted()).toEqual(Object.keys(largeFolders));
  });

  it('has a page that imports nothing from the server but types, limits and texts of durations and failures, as #src/...', () => {
    const imports = pageFiles.flatMap((path) =>
      importsOf(path)
        .filter(({ target }) => target.startsWith(source))
        .map(({ specifier, target, typeOnly }) => ({
          path: relative(page, path),
          specifier,
          target: relative(source, target),
          typeOnly,
        })),
    );
    expect(imports.length).toBeGreaterThan(0);
    expect(imports.filter(({ specifier }) => !specifier.startsWith('#src/'))).toEqual([]);
    expect(imports.filter(({ typeOnly, target }) => !typeOnly && !sharedFiles.includes(target))).toEqual([]);
    expect(imports.filter(({ target }) => !seenByPage.test(target))).toEqual([]);
  });
});
