import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import type { AnyOperation } from '../../operations/core/operation.ts';
import { setVariables, unsetVariable } from '../../operations/environments/variables.ts';
import { cancelRun, listRuns } from '../../operations/runs/runs.ts';
import { parseEvents } from './event-stream.ts';
import { requestOf } from './remote.ts';

const requestFor = (operation: unknown, input: Record<string, unknown>) =>
  requestOf(operation as AnyOperation, input);

describe('the request for an operation', () => {
  it('has the input in the path, the query or the body', () => {
    expect(requestFor(listRuns, { environment: 'us', state: undefined, limit: 5 })).toEqual({
      path: '/api/runs?environment=us&limit=5',
      body: undefined,
    });
    expect(requestFor(cancelRun, { id: 7 })).toEqual({ path: '/api/runs/7/cancel', body: undefined });
    expect(requestFor(unsetVariable, { name: 'A/B?', environment: undefined }).path).toBe(
      '/api/variables/A%2FB%3F',
    );
    expect(requestFor(setVariables, { environment: 'us', variables: [] })).toEqual({
      path: '/api/variables',
      body: '{"environment":"us","variables":[]}',
    });
  });
});

describe('an event stream', () => {
  it('is parsed independently of how it is split into chunks', async () => {
    const text = 'event: reload\ndata:\n\n: beat\n\nevent: run\ndata: 12\n\nevent: run\nda';
    for (const size of [1, 7, text.length]) {
      const pieces = text.match(new RegExp(`.{1,${size}}`, 'gs')) ?? [];
      const chunks = Readable.from(pieces.map((piece) => Buffer.from(piece)));
      const events = [];
      for await (const event of parseEvents(chunks)) events.push(event);
      expect(events).toEqual([
        { event: 'reload', data: '' },
        { event: 'run', data: '12' },
      ]);
    }
  });
});
