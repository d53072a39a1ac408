import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { Fault } from '../faults/fault.ts';
import { lintFolders, usesInFolders } from '../mftf/lint/lint-task.ts';
import { maxTreeMs } from '../model/limits.ts';
import type { LintFolders, LintResult } from '../model/lint.ts';
import { collectFindings } from '../model/lint-pages.ts';
import type { NameUses } from '../model/lint-use.ts';
import type { Task } from '../threads/task.ts';
import { createThreads } from '../threads/threads.ts';

/** Checks a folder of this machine, in a thread. Errors: INPUT_INVALID, NOT_FOUND, MODULE_INVALID, TREE_TOO_LARGE, TREE_TIMEOUT. */
export async function lintFolder(request: LintFolders): Promise<LintResult> {
  const result = await inThread(request, (ask) =>
    collectFindings((offset) => ask(lintFolders, { ...request, offset })),
  );
  if (result.files > 0) return result;
  throw new Fault(
    'INPUT_INVALID',
    `${request.folder} has no files of MFTF, such as Test/Mftf/Test/*.xml. Name the folder of a test module, or a Magento root.`,
  );
}

/** Who uses a name in a tree of this machine, read in a thread. Errors: as of `lintFolder`. */
export async function usesInFolder(request: LintFolders & { name: string }): Promise<NameUses | undefined> {
  return inThread(request, (ask) => ask(usesInFolders, request));
}

/** The Magento root above a folder; `undefined` without one. */
export function magentoAbove(folder: string): string | undefined {
  for (let at = resolve(folder); ; at = dirname(at)) {
    if (existsSync(join(at, 'bin/magento'))) return at;
    if (at === dirname(at)) return undefined;
  }
}

type Ask = <Request, Answer>(task: Task<Request, Answer>, request: Request) => Promise<Answer>;

async function inThread<Answer>(
  { folder }: LintFolders,
  work: (ask: Ask) => Promise<Answer>,
): Promise<Answer> {
  const threads = createThreads({ count: 1 });
  try {
    return await work((task, request) => threads.run(task, request, { subject: folder, limitMs: maxTreeMs }));
  } finally {
    await threads.close();
  }
}
