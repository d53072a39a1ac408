import { readFile, utimes } from 'node:fs/promises';
import type { MessagePort } from 'node:worker_threads';
import { openRemoteExec } from '../../engine/remote-exec.ts';
import { Fault } from '../../faults/fault.ts';
import { writeFileAtomically } from '../../files/atomic-write.ts';
import { ifPresent } from '../../files/missing-file.ts';
import { defineTask } from '../../threads/task.ts';
import { folderSource } from '../catalog/source.ts';
import { treeFiles } from '../catalog/tree-files.ts';
import { imageTree, testModule } from '../catalog/tree-limits.ts';
import type { FileFacts } from './facts.ts';
import { factsFromBytes, factsToBytes } from './facts-file.ts';
import { type DefinitionIndex, indexDefinitions } from './index-definitions.ts';
import { lintBelow } from './lint.ts';
import { readSource } from './read-folders.ts';
import { completeUsable, usedBy } from './used-by.ts';

/** Reads the Magento tree in a container, and stores its facts at `path`. The other end of `port` has `serveExec`. */
export const readTreeFacts = defineTask(
  import.meta.url,
  'readTreeFacts',
  async (request: { port: MessagePort; container: string; root: string; path: string }): Promise<void> => {
    const { port, container, root, path } = request;
    try {
      const files = treeFiles(openRemoteExec(port), container, root);
      await writeFileAtomically(path, factsToBytes(await readSource({ root: '', files }, imageTree)));
    } finally {
      port.close();
    }
  },
);

/** Reads a checkout of a test module, which is mounted on `target` below Magento, and stores its facts at `path`. */
export const readModuleFacts = defineTask(
  import.meta.url,
  'readModuleFacts',
  async ({ checkout, target, path }: { checkout: string; target: string; path: string }): Promise<void> => {
    const files = await readSource(folderSource(checkout, target), testModule);
    await writeFileAtomically(path, factsToBytes(files));
  },
);

/** Where the facts of a tree and of test modules are stored. A later one covers what is in its folder. */
export type FactsAddress = readonly { path: string; root: string }[];

/** What can be asked about the definitions of a tree. */
export const lintAnswers = {
  /** The findings of the files below some folders, with paths from the Magento root. */
  check: (index: DefinitionIndex, { folders }: { folders: readonly string[] }) => lintBelow(index, folders),
  usedBy: (index: DefinitionIndex, { name }: { name: string }) => usedBy(index, name),
  complete: completeUsable,
};

type Answers = typeof lintAnswers;
export type LintQuestion = keyof Answers;
export type LintInput<Kind extends LintQuestion> = Parameters<Answers[Kind]>[1];
export type LintAnswer<Kind extends LintQuestion> = ReturnType<Answers[Kind]>;

/** Answers a question. Errors: NOT_FOUND when facts are not stored, INPUT_INVALID when they are damaged. */
export const askFacts = defineTask(
  import.meta.url,
  'askFacts',
  async (request: { address: FactsAddress; kind: LintQuestion; input: unknown }): Promise<unknown> => {
    const answer = lintAnswers[request.kind] as (index: DefinitionIndex, input: unknown) => unknown;
    return answer(await openIndex(request.address), request.input);
  },
);

/** The definitions that were asked about last: 150 MB for Magento 2.4.4, as long as the thread is in use. */
let last: { key: string; index: DefinitionIndex } | undefined;

async function openIndex(address: FactsAddress): Promise<DefinitionIndex> {
  const key = JSON.stringify(address);
  if (last?.key === key) return last.index;
  last = undefined;
  const parts: FileFacts[][] = [];
  for (const { path } of address) parts.push(await loadFacts(path));
  const files = parts.flatMap((part, at) => {
    const covering = address.slice(at + 1).map(({ root }) => `${root}/`);
    return part.filter(({ path }) => !covering.some((root) => path.startsWith(root)));
  });
  last = { key, index: indexDefinitions(files) };
  return last.index;
}

async function loadFacts(path: string): Promise<FileFacts[]> {
  const stored = await ifPresent(readFile(path));
  if (stored === undefined) throw new Fault('NOT_FOUND', `${path} does not exist.`);
  // The least recently used are removed first.
  const now = new Date();
  await ifPresent(utimes(path, now, now));
  return factsFromBytes(stored);
}
