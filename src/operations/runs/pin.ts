import { z } from 'zod';
import { runId, shownLine } from '../core/fields.ts';
import { defineOperation } from '../core/operation.ts';
import { runView, viewRun } from '../core/views.ts';

export const pinRun = defineOperation({
  name: 'runs.pin',
  method: 'PUT',
  path: '/api/runs/:id/pin',
  summary: 'Pin a run: retention leaves it, its results and its files alone until it is unpinned',
  role: 'operator',
  audited: ({ id, reason }) => `run ${id}: ${reason}`,
  input: z.object({ id: runId, reason: shownLine(200).describe('Why it must be kept, for other users') }),
  output: runView,
  async run({ runs }, { id, reason }, { principal }) {
    return viewRun(await runs.pin(id, { by: principal.name, reason }));
  },
});

export const unpinRun = defineOperation({
  name: 'runs.unpin',
  method: 'DELETE',
  path: '/api/runs/:id/pin',
  summary: 'Unpin a run: the limits of retention apply to it again',
  role: 'operator',
  audited: ({ id }) => `run ${id}`,
  input: z.object({ id: runId }),
  output: runView,
  async run({ runs }, { id }) {
    return viewRun(await runs.unpin(id));
  },
});
