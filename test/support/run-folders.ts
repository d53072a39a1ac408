import { createRunFolders, type RunFolders } from '../../src/artifacts/run-folders.ts';
import { quiet } from './database.ts';

/** The folders of runs below `folder`, where each number has been that of one run only. */
export const numberedFolders = (folder: string): RunFolders =>
  createRunFolders({
    folder,
    readIdentity: async () => ({ identity: undefined, queuedAt: new Date(0) }),
    log: quiet,
  });
