import { type FindingsPage, type LintFolders, maxFindingsOfPage } from '../../model/lint.ts';
import type { NameUses } from '../../model/lint-use.ts';
import { defineTask } from '../../threads/task.ts';
import { findingsPage } from './findings-page.ts';
import { indexDefinitions } from './index-definitions.ts';
import { type Linted, lintBelow } from './lint.ts';
import { readFolders } from './read-folders.ts';
import { usedBy } from './used-by.ts';

/** What the thread checked last: one answer cannot have all findings of a large tree. */
let last: Linted | undefined;

/** A page of the findings of a folder, with paths relative to it. Reads the folder for the first one. Errors: as of `readFolders`. */
export const lintFolders = defineTask(
  import.meta.url,
  'lintFolders',
  async ({ offset, ...request }: LintFolders & { offset: number }): Promise<FindingsPage> => {
    if (offset === 0 || last === undefined) last = await lintFolder(request);
    return findingsPage(last, { offset, limit: maxFindingsOfPage });
  },
);

async function lintFolder(request: LintFolders): Promise<Linted> {
  const { files, root } = await readFolders(request);
  const linted = lintBelow(indexDefinitions(files), [root]);
  const start = root === '' ? 0 : root.length + 1;
  return { ...linted, findings: linted.findings.map((each) => ({ ...each, path: each.path.slice(start) })) };
}

/** Who uses a name in a tree with a folder. Errors: as of `readFolders`. */
export const usesInFolders = defineTask(
  import.meta.url,
  'usesInFolders',
  async (request: LintFolders & { name: string }): Promise<NameUses | undefined> =>
    usedBy(indexDefinitions((await readFolders(request)).files), request.name),
);
