import { z } from 'zod';
import { Fault } from '../../faults/fault.ts';
import { time } from '../core/fields.ts';
import { defineOperation } from '../core/operation.ts';
import { viewOverview } from './build-overview.ts';
import { overviewView } from './overview-view.ts';

const hour = 60 * 60 * 1000;
/** A page has room for some; all lanes share them. */
const maxBars = 3_000;
const fewestBars = 10;
const maxBarsPerLane = 100;
const maxQueued = 200;
const longestWindow = 92 * 24 * hour;

export const showOverview = defineOperation({
  name: 'overview.show',
  method: 'GET',
  path: '/api/overview',
  summary: 'Show what runs where, and why the rest waits',
  role: 'viewer',
  audited: false,
  live: true,
  input: z.object({
    from: time.optional().describe('Where the window begins; two hours before its end by default'),
    to: time.optional().describe('Where the window ends; now by default'),
  }),
  output: overviewView,
  async run(context, { from, to }) {
    const at = new Date();
    const end = to === undefined ? at : new Date(to);
    const begin = from === undefined ? new Date(end.getTime() - 2 * hour) : new Date(from);
    const window = end.getTime() - begin.getTime();
    if (window < 0 || window > longestWindow) {
      throw new Fault('INPUT_INVALID', 'The window must begin before it ends, at most 92 days before.');
    }
    const environments = await context.environments.list();
    const room = Math.floor(maxBars / Math.max(1, environments.length));
    const most = Math.min(maxBarsPerLane, Math.max(fewestBars, room));
    const [bars, progress, queued, queues, workers, containers, locks] = await Promise.all([
      context.overview.bars(begin, end, most),
      context.overview.progress(),
      context.overview.waitingRuns(maxQueued),
      context.overview.queues(),
      context.workers.list(),
      context.statusCache.containers(),
      context.statusCache.locks(),
    ]);
    const expected = await context.durations.expectedOf(
      progress.filter(({ counts }) => counts.planned > 0).map(({ runId }) => runId),
    );
    return {
      at: at.toISOString(),
      from: begin.toISOString(),
      to: end.toISOString(),
      ...viewOverview({
        ...{ at, environments, bars, most, progress, expected, queued, queues, workers, locks },
        kind: context.locks.kind,
        containers,
      }),
    };
  },
});
