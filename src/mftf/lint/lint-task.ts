import type { ChosenLevels, LintResult } from '../../model/lint.ts';
import { defineTask } from '../../threads/task.ts';
import { lintBelow } from './lint.ts';
import { type LintFolders, readFolders } from './read-folders.ts';

/** The findings of a folder, with paths relative to it. Errors: as of `readFolders`. */
export const lintFolders = defineTask(
  import.meta.url,
  'lintFolders',
  async (request: LintFolders & { levels: ChosenLevels }): Promise<LintResult> => {
    const { files, root } = await readFolders(request);
    return lintBelow(files, root, request.levels);
  },
);
