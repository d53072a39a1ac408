import { expect, it } from 'vitest';
import { Problem, toProblem, unreachable } from './problem.ts';
import { isWorthRetry } from './retry.ts';

it('repeats requests without a response, those that a proxy answers, and those that wait for the database', () => {
  expect(isWorthRetry(unreachable())).toBe(true);
  expect([502, 503, 504].map((status) => isWorthRetry(new Problem(status, undefined)))).toEqual([
    true,
    true,
    true,
  ]);
  expect(isWorthRetry(new Problem(503, { code: 'DATABASE_UNREACHABLE' }))).toBe(true);
});

it('shows every other problem at once, whatever its status', () => {
  for (const [status, code] of [
    [502, 'MODULE_ENV_FILE_MISSING'],
    [502, 'MODULE_CHECKOUT_FAILED'],
    [503, 'ENGINE_UNREACHABLE'],
    [500, 'INTERNAL'],
    [404, 'RUN_UNKNOWN'],
  ] as const) {
    expect(isWorthRetry(new Problem(status, { code })), code).toBe(false);
  }
  expect(isWorthRetry(new Problem(500, undefined))).toBe(false);
  expect(isWorthRetry(toProblem(new TypeError('x is not a function')))).toBe(false);
});
