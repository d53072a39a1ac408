import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { Fault } from '../faults/fault.ts';
import { lintFolders } from '../mftf/lint/lint-task.ts';
import { maxTreeMs } from '../model/limits.ts';
import type { ChosenLevels, LintResult } from '../model/lint.ts';
import { createThreads } from '../threads/threads.ts';

/** What of this machine is checked, and with which Magento tree. */
export interface LintRequest {
  folder: string;
  /** A Magento root; without it the one above the folder. */
  tree: string | undefined;
  /** The place of a folder outside of the tree. */
  target: string;
  levels: ChosenLevels;
}

/** Checks a folder of this machine, in a thread. Errors: INPUT_INVALID, NOT_FOUND, MODULE_INVALID, TREE_TOO_LARGE, TREE_TIMEOUT. */
export async function lintFolder({ folder, tree, target, levels }: LintRequest): Promise<LintResult> {
  const request = { folder: resolve(folder), tree: treeOf(folder, tree), target, levels };
  const threads = createThreads({ count: 1 });
  try {
    const options = { subject: request.folder, limitMs: maxTreeMs };
    const result = await threads.run(lintFolders, request, options);
    if (result.files > 0) return result;
    throw new Fault(
      'INPUT_INVALID',
      `${folder} has no files of MFTF, such as Test/Mftf/Test/*.xml. Name the folder of a test module, or a Magento root.`,
    );
  } finally {
    await threads.close();
  }
}

function treeOf(folder: string, tree: string | undefined): string {
  if (tree !== undefined) return resolve(tree);
  for (let at = resolve(folder); ; at = dirname(at)) {
    if (existsSync(join(at, 'bin/magento'))) return at;
    if (at === dirname(at)) break;
  }
  throw new Fault(
    'INPUT_INVALID',
    `${folder} is not in a Magento tree. Name one with --tree, because references lead to its data and sections.`,
  );
}
