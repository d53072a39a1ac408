import type { LintFolders, LintResult } from '../../model/lint.ts';
import type { NameUses } from '../../model/lint-use.ts';
import { defineTask } from '../../threads/task.ts';
import { indexDefinitions } from './index-definitions.ts';
import { lintBelow } from './lint.ts';
import { readFolders } from './read-folders.ts';
import { usedBy } from './used-by.ts';

/** The findings of a folder, with paths relative to it. Errors: as of `readFolders`. */
export const lintFolders = defineTask(
  import.meta.url,
  'lintFolders',
  async (request: LintFolders): Promise<LintResult> => {
    const { files, root } = await readFolders(request);
    const result = lintBelow(indexDefinitions(files), [root]);
    const start = root === '' ? 0 : root.length + 1;
    return {
      ...result,
      findings: result.findings.map((each) => ({ ...each, path: each.path.slice(start) })),
    };
  },
);

/** Who uses a name in a tree with a folder. Errors: as of `readFolders`. */
export const usesInFolders = defineTask(
  import.meta.url,
  'usesInFolders',
  async (request: LintFolders & { name: string }): Promise<NameUses | undefined> =>
    usedBy(indexDefinitions((await readFolders(request)).files), request.name),
);
