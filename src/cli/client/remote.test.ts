import { describe, expect, it } from 'vitest';
import type { AnyOperation } from '../../operations/core/operation.ts';
import { setVariables, unsetVariable } from '../../operations/environments/variables.ts';
import { cancelRun, listRuns } from '../../operations/runs/runs.ts';
import { requestOf } from './remote.ts';

const request = (operation: unknown, input: Record<string, unknown>) =>
  requestOf(operation as AnyOperation, input);

describe('the request for an operation', () => {
  it('has the input in its path, its query or its body', () => {
    expect(request(listRuns, { environment: 'us', state: undefined, limit: 5 })).toEqual({
      path: '/api/runs?environment=us&limit=5',
      body: undefined,
    });
    expect(request(cancelRun, { id: 7 })).toEqual({ path: '/api/runs/7/cancel', body: undefined });
    expect(request(unsetVariable, { name: 'A/B?', environment: undefined }).path).toBe(
      '/api/variables/A%2FB%3F',
    );
    expect(request(setVariables, { environment: 'us', variables: [] })).toEqual({
      path: '/api/variables',
      body: { environment: 'us', variables: [] },
    });
  });
});
