import { withTimeout } from '../../async/timeout.ts';
import type { Submission } from '../../model/submission.ts';
import type { CommitRange } from '../../modules/modules.ts';
import type { Submissions } from '../../store/tables/submissions.ts';

/** The module of a server is open after its first use. Before that the subjects are not worth the wait. */
const patienceMs = 3_000;

/** What changed in the test module from one submission to another. */
export interface Changes extends CommitRange {
  from: string;
  to: string;
}

export interface CommitSources {
  submissions: Pick<Submissions, 'get'>;
  /** The commits after one and up to another; `undefined` when this host does not know them. */
  commitRange(ends: { from: string; to: string }): Promise<CommitRange | undefined>;
}

/**
 * The commits from that of the reference to that of the submission; each of the run that started last. `undefined` when one of them has
 * none yet, or when this host does not know them.
 */
export async function readChanges(
  { submissions, commitRange }: CommitSources,
  referenceId: number,
  submission: Submission,
): Promise<Changes | undefined> {
  const to = commitOf(submission);
  if (to === undefined) return undefined;
  const from = commitOf(await submissions.get(referenceId));
  if (from === undefined) return undefined;
  if (from === to) return { from, to, commits: [], more: false };
  const range = await withTimeout(
    patienceMs,
    () => commitRange({ from, to }),
    () => undefined,
  ).catch(() => undefined);
  return range && { from, to, ...range };
}

function commitOf({ runs }: Submission): string | undefined {
  const started = runs.filter(({ commit, startedAt }) => commit && startedAt);
  started.sort((one, other) => Number(one.startedAt) - Number(other.startedAt));
  return started.at(-1)?.commit?.id;
}
