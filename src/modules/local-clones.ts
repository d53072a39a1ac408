import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { ifPresent } from '../files/missing-file.ts';
import type { LocalClone } from './commit-differences.ts';
import { createGit, type GitSource } from './git.ts';

/** Timeout of a question that a page waits for, over all clones: `blame` of lines of a long history takes the longest. */
const questionLimitMs = 30_000;

/** Asks the clones of this machine one after the other. */
type AskClones = <T>(ask: (clone: LocalClone) => Promise<T | undefined>) => Promise<T | undefined>;

/** The clones in a folder. Which repository they are of does not matter to a question: the id of a commit stands for its content. */
export function createLocalClones(options: {
  folder: string;
  environment: Record<string, string | undefined>;
  /** Stops git. */
  signal: AbortSignal;
}): AskClones {
  /** The first answer; `undefined` when no clone has one in time. */
  return async (ask) => {
    const question = new AbortController();
    const end = () => question.abort();
    // As in git.ts, no `AbortSignal.timeout` within `AbortSignal.any`, which is lost once it is garbage-collected.
    const deadline = setTimeout(end, questionLimitMs);
    options.signal.addEventListener('abort', end);
    const { signal } = question;
    try {
      for (const name of (await ifPresent(readdir(options.folder))) ?? []) {
        if (!name.endsWith('.git')) continue;
        if (signal.aborted || options.signal.aborted) return undefined;
        const folder = join(options.folder, name);
        const git = await createGit({ ...options, source: gitSourceOf(folder), signal });
        const answer = await ask({
          git,
          inRepository: (...argv) => [`--git-dir=${folder}`, ...argv],
          signal,
        });
        if (answer !== undefined) return answer;
      }
      return undefined;
    } finally {
      clearTimeout(deadline);
      options.signal.removeEventListener('abort', end);
    }
  };
}

/** A clone on this machine as a source. */
const gitSourceOf = (clone: string): GitSource => ({
  kind: 'git',
  repository: resolve(clone),
  branch: '',
  username: undefined,
  password: undefined,
  sshKey: undefined,
  sshKnownHosts: undefined,
});
