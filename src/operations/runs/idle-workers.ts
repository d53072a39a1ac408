import type { Reason } from '../../model/run.ts';
import { commonWaitReason } from '../../store/tables/workers.ts';
import type { Context } from '../core/context.ts';
import type { RunView } from '../core/views.ts';

/** Adds to queued runs why no worker can start a run: there is none, or all of them wait for the same. */
export async function withWaitReasons({ workers }: Context, runs: RunView[]): Promise<RunView[]> {
  if (!runs.some(({ state }) => state === 'queued')) return runs;
  const processes = await workers.list();
  const missing: Reason = { code: 'WORKERS_MISSING', message: 'There is no worker.' };
  const waitsFor = processes.some(({ alive }) => alive) ? commonWaitReason(processes) : missing;
  if (waitsFor === undefined) return runs;
  return runs.map((run) => (run.state === 'queued' ? { ...run, waitsFor } : run));
}
