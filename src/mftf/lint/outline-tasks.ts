import { readFile, utimes } from 'node:fs/promises';
import type { MessagePort } from 'node:worker_threads';
import { openRemoteExec } from '../../engine/remote-exec.ts';
import { Fault } from '../../faults/fault.ts';
import { writeFileAtomically } from '../../files/atomic-write.ts';
import { ifPresent } from '../../files/missing-file.ts';
import type { FindingsPage, FindingsQuery } from '../../model/lint.ts';
import { defineTask } from '../../threads/task.ts';
import { folderSource } from '../catalog/tree/source.ts';
import { treeFiles } from '../catalog/tree/tree-files.ts';
import { imageTree, testModule } from '../catalog/tree/tree-limits.ts';
import { findingsPage } from './findings-page.ts';
import { type DefinitionIndex, indexDefinitions } from './index-definitions.ts';
import { type Linted, lintBelow } from './lint.ts';
import { type Outlines, outlinesFromBytes, outlinesToBytes } from './outline-file.ts';
import { type CommittedBaseline, readBaseline } from './read-baseline.ts';
import { readSource } from './read-folders.ts';
import type { EnvironmentTests } from './tests-above.ts';
import { completeUsable, usedBy } from './used-by.ts';
import { testsReading, variableUsers } from './variable-users.ts';

/** Reads the Magento tree in a container, and stores its outlines at `path`. The other end of `port` has `serveExec`. */
export const readTreeOutlines = defineTask(
  import.meta.url,
  'readTreeOutlines',
  async (request: { port: MessagePort; container: string; root: string; path: string }): Promise<void> => {
    const { port, container, root, path } = request;
    try {
      const files = await readSource(
        { root: '', files: treeFiles(openRemoteExec(port), container, root) },
        imageTree,
      );
      await writeFileAtomically(path, outlinesToBytes({ files }));
    } finally {
      port.close();
    }
  },
);

/** Reads a checkout of a test module, which is mounted on `target` below Magento, and stores its outlines at `path`. */
export const readModuleOutlines = defineTask(
  import.meta.url,
  'readModuleOutlines',
  async ({ checkout, target, path }: { checkout: string; target: string; path: string }): Promise<void> => {
    const files = await readSource(folderSource(checkout, target), testModule);
    await writeFileAtomically(path, outlinesToBytes({ files, baseline: readBaseline(checkout) }));
  },
);

/** Where the outlines of a tree and of test modules are stored. A later one covers what is in its folder. */
export type OutlineAddress = readonly { path: string; root: string }[];

/** A tree with test modules, as questions see it. */
export interface LintTree {
  index: DefinitionIndex;
  /** Of the test modules that have one. */
  baselines: readonly CommittedBaseline[];
}

/** What can be asked about the definitions of a tree. */
export const lintAnswers = {
  /** The findings of the files below some folders, with paths from the Magento root. */
  check: (
    tree: LintTree,
    { folders, ...query }: FindingsQuery & { folders: readonly string[] },
  ): FindingsPage => findingsPage(lintOnce(tree.index, folders), query, tree.baselines),
  usedBy: (
    { index }: LintTree,
    { name, environment }: { name: string; environment?: EnvironmentTests | undefined },
  ) => usedBy(index, name, environment),
  /** See `variableUsers`. */
  variableUsers: ({ index }: LintTree, request: Parameters<typeof variableUsers>[1]) =>
    variableUsers(index, request),
  /** See `testsReading`. */
  testsReading: ({ index }: LintTree, request: Parameters<typeof testsReading>[1]) =>
    testsReading(index, request),
  complete: ({ index }: LintTree, request: { text: string; limit: number }) => completeUsable(index, request),
};

type Answers = typeof lintAnswers;
export type LintQuestion = keyof Answers;
export type LintInput<Kind extends LintQuestion> = Parameters<Answers[Kind]>[1];
export type LintAnswer<Kind extends LintQuestion> = ReturnType<Answers[Kind]>;

/** Answers a question. Errors: NOT_FOUND when outlines are not stored, INPUT_INVALID when they are damaged. */
export const askDefinitions = defineTask(
  import.meta.url,
  'askDefinitions',
  async (request: { address: OutlineAddress; kind: LintQuestion; input: unknown }): Promise<unknown> => {
    const answer = lintAnswers[request.kind] as (tree: LintTree, input: unknown) => unknown;
    return answer(await openTree(request.address), request.input);
  },
);

/** The definitions that were asked about last: 150 MB for Magento 2.4.4, as long as the thread is in use. */
let last: { key: string; tree: LintTree } | undefined;

async function openTree(address: OutlineAddress): Promise<LintTree> {
  const key = JSON.stringify(address);
  if (last?.key === key) return last.tree;
  last = undefined;
  const parts: Outlines[] = [];
  for (const { path } of address) parts.push(await loadOutlines(path));
  const files = parts.flatMap((part, at) => {
    const covering = address.slice(at + 1).map(({ root }) => `${root}/`);
    return part.files.filter(({ path }) => !covering.some((root) => path.startsWith(root)));
  });
  const tree = { index: indexDefinitions(files), baselines: parts.flatMap(({ baseline }) => baseline ?? []) };
  last = { key, tree };
  return tree;
}

/** Checking a tree takes a second, and a view asks for it with each filter and page. */
const linted = new WeakMap<DefinitionIndex, { folders: string; linted: Linted }>();

function lintOnce(index: DefinitionIndex, folders: readonly string[]): Linted {
  const key = JSON.stringify(folders);
  const cached = linted.get(index);
  if (cached?.folders === key) return cached.linted;
  const fresh = lintBelow(index, folders);
  linted.set(index, { folders: key, linted: fresh });
  return fresh;
}

async function loadOutlines(path: string): Promise<Outlines> {
  const stored = await ifPresent(readFile(path));
  if (stored === undefined) throw new Fault('NOT_FOUND', `${path} does not exist.`);
  // The least recently used are removed first.
  const now = new Date();
  await ifPresent(utimes(path, now, now));
  return outlinesFromBytes(stored);
}
