import { Fault } from '../../faults/fault.ts';
import { parseRepositoryAddress } from '../../model/address/repository.ts';
import {
  type CommitLink,
  isCommitId,
  type PartialCommitLink,
  parseCommitUrl,
  projectOfRepository,
} from '../../model/commit-link.ts';
import type { Context } from '../core/context.ts';
import { exactLine, webLink } from '../core/fields.ts';

/** Longer addresses than this are no pages of commits. */
const maxCommitUrlLength = 2_000;

export const commitUrl = webLink(maxCommitUrlLength)
  .refine(
    (address) => parseCommitUrl(address) !== undefined,
    'must be the page of a commit, of a pull or merge request, or of a project on GitHub or GitLab',
  )
  .describe('Page of the commit that the runs are for, of its pull or merge request, or of its project');

export const commitSha = exactLine(64)
  .transform((id) => id.toLowerCase())
  .refine(isCommitId, 'must be the whole id of a commit, 40 or 64 hexadecimal digits')
  .describe(
    'Id of the commit that the runs are for; without `commitUrl` in the repository of the test module',
  );

/**
 * The commit that a request is for, of its fields `commitUrl` and `sha`; `undefined` without them. Errors: INPUT_INVALID.
 */
export function resolveCommit(
  { config }: Pick<Context, 'config'>,
  { commitUrl, sha }: { commitUrl?: string | undefined; sha?: string | undefined },
): CommitLink | undefined {
  if (commitUrl === undefined && sha === undefined) return undefined;
  const project = commitUrl === undefined ? moduleProject({ config }) : parseCommitUrl(commitUrl);
  if (project === undefined) {
    throw new Fault(
      'INPUT_INVALID',
      'The test module is not in a project of GitHub or GitLab: name the commit with commitUrl (--commit-url).',
    );
  }
  if (project.sha !== undefined && sha !== undefined && project.sha !== sha) {
    throw new Fault('INPUT_INVALID', `The address is that of the commit ${project.sha}, and sha is ${sha}.`);
  }
  const id = sha ?? project.sha;
  if (id === undefined) {
    throw new Fault('INPUT_INVALID', 'The address names no commit: name it with sha (--sha).');
  }
  return { ...project, sha: id };
}

/** The project of the test module; `undefined` for a folder, and for a repository that is on no forge. */
function moduleProject({ config }: Pick<Context, 'config'>): PartialCommitLink | undefined {
  const { source } = config.module;
  if (source?.kind !== 'git') return undefined;
  const address = parseRepositoryAddress(source.repository);
  return address && projectOfRepository(address.url);
}
