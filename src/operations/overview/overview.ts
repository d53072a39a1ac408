import { z } from 'zod';
import { Fault } from '../../faults/fault.ts';
import { maxListedQueuedRuns } from '../../model/limits.ts';
import { timeInput } from '../core/fields.ts';
import { defineOperation } from '../core/operation.ts';
import { buildOverview } from './build-overview.ts';
import { overviewView } from './overview-view.ts';

const hour = 60 * 60 * 1000;
/** The maximum number of finished runs in an answer; all lanes share it. */
const maxBars = 3_000;
const minBars = 10;
const maxBarsPerLane = 100;
const maxWindowMs = 92 * 24 * hour;

export const showOverview = defineOperation({
  name: 'overview.show',
  method: 'GET',
  path: '/api/overview',
  summary: 'Show the running runs of all environments, and why queued runs wait',
  role: 'viewer',
  audited: false,
  live: true,
  input: z.object({
    from: timeInput.optional().describe('Start of the window; by default two hours before its end'),
    to: timeInput.optional().describe('End of the window; by default now'),
  }),
  output: overviewView,
  async run(context, { from, to }) {
    const at = new Date();
    const end = to === undefined ? at : new Date(to);
    const begin = from === undefined ? new Date(end.getTime() - 2 * hour) : new Date(from);
    const window = end.getTime() - begin.getTime();
    if (window < 0 || window > maxWindowMs) {
      throw new Fault('INPUT_INVALID', 'The window must start before its end, and be at most 92 days long.');
    }
    const environments = await context.environments.list();
    const share = Math.floor(maxBars / Math.max(1, environments.length));
    const maxLaneBars = Math.min(maxBarsPerLane, Math.max(minBars, share));
    const [bars, latest, progress, queued, queues, reservations, workers, containers, locks] =
      await Promise.all([
        context.overview.bars(begin, end, maxLaneBars),
        context.overview.latest(),
        context.overview.progress(),
        context.overview.waitingRuns(maxListedQueuedRuns),
        context.overview.queues(),
        context.reservations.open(),
        context.workers.list(),
        context.statusCache.containers(),
        context.statusCache.locks(),
      ]);
    const withPlan = progress.filter(({ counts }) => counts.planned > 0);
    const [expected, overheads] = await Promise.all([
      context.durations.expectedOf(withPlan.map(({ runId }) => runId)),
      context.durations.overheads(withPlan.map(({ environmentId }) => environmentId)),
    ]);
    return {
      at: at.toISOString(),
      from: begin.toISOString(),
      to: end.toISOString(),
      ...buildOverview({
        at,
        environments,
        bars,
        latest,
        maxBars: maxLaneBars,
        progress,
        expected,
        overheads,
        queued,
        queues,
        reservations,
        workers,
        locks,
        lockStoreKind: context.locks.kind,
        containers,
      }),
    };
  },
});
