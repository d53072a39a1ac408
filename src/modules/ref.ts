import { Fault } from '../faults/fault.ts';
import { isCommitPrefix } from '../model/git-ref.ts';
import type { Git } from './git.ts';

/**
 * The whole name of a ref on the server: of a branch before a tag of the same name, and both before a ref that is named in whole
 * (`refs/pull/7/head`). `undefined` when the server has none of these. Errors: MODULE_CHECKOUT_FAILED.
 */
export async function findOnServer(git: Git, ref: string): Promise<string | undefined> {
  const names = [`refs/heads/${ref}`, `refs/tags/${ref}`, ...(ref.startsWith('refs/') ? [ref] : [])];
  // The patterns match any end of a name, so the names are compared again.
  const output = await git.run(['ls-remote', '--quiet', '--', git.url, ...names]);
  const onServer = new Set(output.split('\n').map((line) => line.slice(line.indexOf('\t') + 1)));
  return names.find((name) => onServer.has(name));
}

/** The name under which a ref of the server is kept in a clone. One level, because `a` and `a/b` cannot be kept beside each other. */
export const localName = (short: string): string => `refs/matre/${short}`;

/** Where all branches and tags of a server are kept, to find abbreviated ids of commits in their histories. */
export const everything = ['+refs/heads/*:refs/matre-all/heads/*', '+refs/tags/*:refs/matre-all/tags/*'];

/**
 * The whole id of a commit that begins with these digits, among those of a clone; `undefined` when there is none. Errors: REF_UNKNOWN
 * when there are several.
 */
export async function findCommit(
  git: Git,
  inRepository: (...argv: string[]) => string[],
  prefix: string,
): Promise<string | undefined> {
  const output = await git
    .run(inRepository('rev-parse', `--disambiguate=${prefix.toLowerCase()}`))
    .catch(() => '');
  const commits: string[] = [];
  for (const id of output.split('\n').filter((line) => line !== '')) {
    const type = await git.run(inRepository('cat-file', '-t', id)).catch(() => '');
    if (type.trim() === 'commit') commits.push(id);
  }
  if (commits.length > 1) {
    throw new Fault(
      'REF_UNKNOWN',
      `${prefix} is the beginning of ${commits.length} commits of ${git.url}: name more digits.`,
    );
  }
  return commits[0];
}

/** What a repository does not have. */
export function unknownRef(git: Git, ref: string): Fault {
  const kinds = isCommitPrefix(ref) ? 'branch, tag or commit' : 'branch or tag';
  return new Fault('REF_UNKNOWN', `${git.url} has no ${kinds} ${JSON.stringify(ref)}.`);
}
