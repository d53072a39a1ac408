import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import type { AnyOperation } from '../../operations/core/operation.ts';
import { setVariables, unsetVariable } from '../../operations/environments/variables.ts';
import { cancelRun, listRuns } from '../../operations/runs/runs.ts';
import { address, events } from './remote.ts';

const addressOf = (operation: unknown, input: Record<string, unknown>) =>
  address(operation as AnyOperation, input);

describe('the address of an operation', () => {
  it('has fields in the path, in the query or in the body', () => {
    expect(addressOf(listRuns, { environment: 'us', state: undefined, limit: 5 })).toEqual({
      path: '/api/runs?environment=us&limit=5',
      body: undefined,
    });
    expect(addressOf(cancelRun, { id: 7 })).toEqual({ path: '/api/runs/7/cancel', body: undefined });
    expect(addressOf(unsetVariable, { name: 'A/B?', environment: undefined }).path).toBe(
      '/api/variables/A%2FB%3F',
    );
    expect(addressOf(setVariables, { environment: 'us', variables: [] })).toEqual({
      path: '/api/variables',
      body: '{"environment":"us","variables":[]}',
    });
  });
});

describe('an event stream', () => {
  it('is read whatever the pieces it arrives in', async () => {
    const text = 'event: reload\ndata:\n\n: beat\n\nevent: run\ndata: 12\n\nevent: run\nda';
    for (const size of [1, 7, text.length]) {
      const pieces = text.match(new RegExp(`.{1,${size}}`, 'gs')) ?? [];
      const chunks = Readable.from(pieces.map((piece) => Buffer.from(piece)));
      const seen = [];
      for await (const event of events(chunks)) seen.push(event);
      expect(seen).toEqual([
        { event: 'reload', data: '' },
        { event: 'run', data: '12' },
      ]);
    }
  });
});
