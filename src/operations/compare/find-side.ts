import { Fault, isFault } from '../../faults/fault.ts';
import type { ComparedRun } from '../../store/tables/compared-runs.ts';
import type { Context } from '../core/context.ts';
import { getEnvironment, nearestCode } from '../environments/get-environment.ts';
import type { SideView } from './compare-view.ts';

/** What can be named: the kinds of a side, and the run before another one. */
type Prefix = SideView['kind'] | 'before';

/** One side of a comparison: its finished runs, at most one on each environment. */
export interface Side {
  kind: SideView['kind'];
  name: string;
  runs: ComparedRun[];
  unfinished: string[];
}

/** The beginning of a commit: a hash, or that of a local folder. */
const commitPattern = /^(?:local-)?[0-9a-f]{4,64}$/;
/** A shorter hash is rather the number of a run, or the code of an environment. */
const bareCommitPattern = /^(?:local-)?[0-9a-f]{7,64}$/;

/**
 * The side that a text names: `run:12`, `submission:5`, `environment:preprod-us` (its newest finished run), `commit:a1b2c3d`,
 * `before:12` (the run before run 12 on its environment), or one of these without the word, when only one thing has that name.
 * Errors: COMPARE_UNKNOWN, COMPARE_AMBIGUOUS, COMPARE_EMPTY, RUN_UNKNOWN, SUBMISSION_UNKNOWN, ENVIRONMENT_UNKNOWN.
 */
export async function findSide(context: Context, text: string): Promise<Side> {
  const [, prefix, name = text] = /^(run|submission|environment|commit|before):(.*)$/s.exec(text) ?? [];
  if (prefix !== undefined) return finders[prefix as Prefix](context, name);
  const candidates = await candidatesOf(context, text);
  const [only, ...others] = candidates;
  if (only === undefined) {
    const nearest = await nearestCode(context, text);
    throw new Fault(
      'COMPARE_UNKNOWN',
      `"${text}" is neither the number of a run, nor the code of an environment, nor the beginning of a commit with finished runs.${
        nearest === undefined ? '' : ` Did you mean ${nearest}?`
      }`,
    );
  }
  if (others.length > 0) {
    const forms = candidates.map(({ kind, name }) => `${kind}:${name}`).join(' or ');
    throw new Fault('COMPARE_AMBIGUOUS', `"${text}" may be ${forms}.`);
  }
  return finders[only.kind](context, only.name);
}

/** Everything that a text without a word may name. */
async function candidatesOf(
  { runs, environments, comparedRuns }: Context,
  text: string,
): Promise<{ kind: Prefix; name: string }[]> {
  const candidates: { kind: Prefix; name: string }[] = [];
  const id = numberOf(text);
  if (id !== undefined) {
    const run = await runs.get(id).catch(ignore('RUN_UNKNOWN'));
    if (run) candidates.push({ kind: 'run', name: String(id) });
  }
  if (await environments.find(text)) candidates.push({ kind: 'environment', name: text });
  if (bareCommitPattern.test(text)) {
    const commits = await comparedRuns.commits(text);
    candidates.push(...commits.map((name) => ({ kind: 'commit' as const, name })));
  }
  return candidates;
}

const finders: Record<Prefix, (context: Context, name: string) => Promise<Side>> = {
  async run(context, name) {
    const id = toNumber(name, 'run');
    const run = await context.runs.get(id);
    if (run.state !== 'finished') throw empty(`Run ${id} is ${run.state}, so it cannot be compared yet.`);
    return side('run', String(id), await context.comparedRuns.finished([id]));
  },

  async before(context, name) {
    const id = toNumber(name, 'run');
    const { environmentCode } = await context.runs.get(id);
    const [earlier] = await context.comparedRuns.before(id);
    if (earlier === undefined) {
      throw empty(`There is no finished run on ${environmentCode} before run ${id} with tests in common.`);
    }
    return side('run', String(earlier.id), [earlier]);
  },

  async submission(context, name) {
    const id = toNumber(name, 'submission');
    await context.submissions.get(id);
    const { finished, unfinished } = await context.comparedRuns.ofSubmission(id);
    if (finished.length === 0) throw empty(`No run of submission ${id} is finished.`);
    const runs = await context.comparedRuns.finished(finished);
    // The newest one of each environment.
    const newest = new Map(runs.map((run) => [run.environmentId, run]));
    return { ...side('submission', String(id), [...newest.values()]), unfinished };
  },

  async environment(context, name) {
    const { id, code } = await getEnvironment(context, name);
    const runs = await context.comparedRuns.newestOf(id);
    if (runs.length === 0) throw empty(`No run on ${code} is finished.`);
    return side('environment', code, runs);
  },

  async commit(context, name) {
    if (!commitPattern.test(name)) {
      throw new Fault(
        'COMPARE_UNKNOWN',
        `"${name}" is not the beginning of a commit, of at least four digits.`,
      );
    }
    const commits = await context.comparedRuns.commits(name);
    const [commit] = commits;
    if (commit === undefined) throw new Fault('COMPARE_UNKNOWN', `No finished run has a commit ${name}.`);
    if (commits.length > 1) {
      throw new Fault('COMPARE_AMBIGUOUS', `Several commits begin with ${name}: ${commits.join(', ')}.`);
    }
    return side('commit', commit, await context.comparedRuns.ofCommit(commit));
  },
};

const side = (kind: Side['kind'], name: string, runs: ComparedRun[]): Side => ({
  ...{ kind, name, runs, unfinished: [] },
});

const empty = (message: string) => new Fault('COMPARE_EMPTY', message);

const numberOf = (text: string) => (/^\d{1,15}$/.test(text) && Number(text) > 0 ? Number(text) : undefined);

/** Errors: COMPARE_UNKNOWN. */
function toNumber(text: string, what: string): number {
  const number = numberOf(text);
  if (number === undefined) throw new Fault('COMPARE_UNKNOWN', `"${text}" is not the number of a ${what}.`);
  return number;
}

/** For `catch`: no value for a fault with this code. */
const ignore = (code: Fault['code']) => (error: unknown) => {
  if (!isFault(error, code)) throw error;
  return undefined;
};
