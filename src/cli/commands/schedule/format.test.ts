import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { expect, it } from 'vitest';
import type { FiringView } from '../../../operations/schedules/schedule-view.ts';
import { createOutput } from '../../output/terminal.ts';
import { printFirings } from './format.ts';

it('names the zone of the times of firings, which is not that of the schedule', async () => {
  const firing: FiringView = {
    ...{ id: 1, dueAt: '2026-01-02T17:30:00Z', firedAt: '2026-01-02T17:30:01Z', outcome: 'fired' },
    ...{ by: null, missed: 0, reason: null, submission: null, runs: [] },
  };
  const stream = new PassThrough();
  printFirings(createOutput(stream, {}), [firing]);
  stream.end();
  const { timeZone } = new Intl.DateTimeFormat().resolvedOptions();
  expect(await text(stream)).toContain(`DUE (${timeZone.toUpperCase()})`);
});
