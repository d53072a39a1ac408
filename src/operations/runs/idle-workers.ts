import type { Reason } from '../../model/run.ts';
import { commonWait } from '../../store/tables/workers.ts';
import type { Context } from '../core/context.ts';
import type { RunView } from '../core/views.ts';

/** Adds to queued runs what keeps all workers from starting any run: that nobody is there, or that each of them waits. */
export async function withWaits({ workers }: Context, runs: RunView[]): Promise<RunView[]> {
  if (!runs.some(({ state }) => state === 'queued')) return runs;
  const known = await workers.list();
  const nobody: Reason = { code: 'WORKERS_MISSING', message: 'No worker is there.' };
  const waitsFor = known.some(({ alive }) => alive) ? commonWait(known) : nobody;
  if (waitsFor === undefined) return runs;
  return runs.map((run) => (run.state === 'queued' ? { ...run, waitsFor } : run));
}
