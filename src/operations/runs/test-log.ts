import { closest, distance } from 'fastest-levenshtein';
import { Fault } from '../../faults/fault.ts';
import type { PlannedProgress } from '../../store/tables/plans.ts';
import type { Context } from '../core/context.ts';

/** `Suite:Test` or `Test`. */
export function splitTestName(text: string): { name: string; suite: string | undefined } {
  const colon = text.indexOf(':');
  return colon === -1
    ? { name: text, suite: undefined }
    : { name: text.slice(colon + 1), suite: text.slice(0, colon) };
}

/**
 * The log of a test of a run: its path, `undefined` when it has not started, and whether it is complete. A name without a suite is
 * the first such test of the plan. Errors: NOT_FOUND with the nearest name.
 */
export async function findTestLog(
  { plans, results, artifacts }: Pick<Context, 'plans' | 'results' | 'artifacts'>,
  runId: number,
  name: string,
): Promise<{ path: string | undefined; isFinished: boolean }> {
  const request = splitTestName(name);
  const plan = await plans.list(runId);
  const planned = plan.find(
    ({ test, suite }) => test === request.name && (request.suite === undefined || suite === request.suite),
  );
  if (planned === undefined) throw unknownTest(plan, runId, name);
  const isFinished = planned.startedAt === undefined && planned.status !== undefined;
  if (isFinished) {
    const latest = (await results.listLatest(runId)).find(
      ({ test, suite }) => test === planned.test && suite === planned.suite,
    );
    const path = latest?.attachments.find(({ kind, path }) => kind === 'log' && isTestLog(path))?.path;
    if (path !== undefined) return { path, isFinished };
  }
  const folder = planned.suite ?? planned.test;
  const logs = (await artifacts.list(runId))
    .map(({ path }) => path)
    .filter((path) => isTestLog(path) && nameOfFolder(path) === folder);
  return { path: logs.sort((one, other) => attemptOf(one) - attemptOf(other)).at(-1), isFinished };
}

/** `tests/003-Name/log.txt`, from the second attempt on `tests/003-Name-attempt-2/log.txt`: see src/mftf/run/execute-tests.ts. */
const isTestLog = (path: string) => /^tests\/[^/]+\/log\.txt$/.test(path);
const nameOfFolder = (path: string) =>
  path
    .split('/')[1]
    ?.replace(/^\d+-/, '')
    .replace(/-attempt-\d+$/, '');
const attemptOf = (path: string) => Number(/-attempt-(\d+)\/log\.txt$/.exec(path)?.[1] ?? 1);

function unknownTest(plan: readonly PlannedProgress[], runId: number, name: string): Fault {
  const names = plan.map(({ test, suite }) =>
    suite !== undefined && name.includes(':') ? `${suite}:${test}` : test,
  );
  const nearest = names.length > 0 ? closest(name, names) : undefined;
  const hint =
    nearest !== undefined && distance(name, nearest) <= name.length / 3 ? ` Did you mean ${nearest}?` : '';
  return new Fault('NOT_FOUND', `Run ${runId} has no test "${name}".${hint}`);
}
