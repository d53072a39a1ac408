import type { RunPhase, RunState, Verdict } from '../../model/run.ts';

/** Which runs are listed. */
export interface RunFilter {
  environmentId?: number;
  state?: RunState;
  /** Of running runs; `cancelling`: those that should end, whatever their phase. */
  phase?: RunPhase | 'cancelling';
  verdict?: Verdict;
  /** Only runs with a result of this test among its newest `maxResultsOfTest` ones; without a suite in any suite and outside. */
  test?: { name: string; suite: string | undefined };
  /** Only runs that were queued at this time or later. */
  since?: Date;
  requestedBy?: string;
  /** Only runs with a smaller id: the next page. */
  before?: number;
  limit: number;
}

/** Results of a test that are read to find its runs: with one each night on 200 environments, those of 25 nights. */
const maxResultsOfTest = 5_000;

/** SQL of the runs of a filter, with its order and limit. Only of the fields that are set, so that each uses its index. */
export function listCondition(filter: RunFilter): { condition: string; parameters: unknown[] } {
  const { environmentId, state, phase, verdict, test, since, requestedBy, before, limit } = filter;
  const parameters: unknown[] = [];
  const conditions: string[] = [];
  /** The placeholder of a value. */
  const value = (each: unknown) => `$${parameters.push(each)}`;
  if (environmentId !== undefined) conditions.push(`run.environment_id = ${value(environmentId)}::int`);
  if (state !== undefined) conditions.push(`run.state = ${value(state)}::text`);
  if (phase !== undefined) {
    const inPhase =
      phase === 'cancelling'
        ? 'run.cancel_requested'
        : `run.phase = ${value(phase)}::text AND NOT run.cancel_requested`;
    conditions.push(`run.state = 'running' AND ${inPhase}`);
  }
  if (verdict !== undefined) conditions.push(`run.verdict = ${value(verdict)}::text`);
  if (since !== undefined) conditions.push(`run.queued_at >= ${value(since)}::timestamptz`);
  if (requestedBy !== undefined) conditions.push(`run.requested_by = ${value(requestedBy)}::text`);
  if (before !== undefined) conditions.push(`run.id < ${value(before)}::bigint`);
  if (test !== undefined) {
    const suite = test.suite === undefined ? '' : ` AND suite = ${value(test.suite)}::text`;
    // A result is recorded after its run was queued.
    const recent = since === undefined ? '' : ` AND recorded_at >= ${value(since)}::timestamptz`;
    // An array, so that the index of results is read first, however many runs there are.
    conditions.push(`run.id = ANY (ARRAY(
      SELECT DISTINCT run_id FROM (
        SELECT run_id FROM result WHERE test = ${value(test.name)}::text${suite}${recent}
        ORDER BY recorded_at DESC LIMIT ${maxResultsOfTest}
      ) AS newest))`);
  }
  const where = conditions.length > 0 ? conditions.join(' AND ') : 'true';
  return { condition: `${where} ORDER BY run.id DESC LIMIT ${value(limit)}::int`, parameters };
}
