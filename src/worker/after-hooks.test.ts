import { expect, it } from 'vitest';
import { withHooks } from './after-hooks.ts';

const reason = { code: 'HOOK_FAILED', message: 'Hook restore failed.' } as const;

it.each([
  ['passed', 'broken'],
  ['failed', 'failed'],
  ['broken', 'broken'],
  ['cancelled', 'cancelled'],
] as const)('a run that %s is %s after a hook that failed', (verdict, expected) => {
  const own = verdict === 'broken' ? ({ code: 'DISK_FULL', message: 'full' } as const) : undefined;
  const end = withHooks({ verdict, reason: own }, reason);
  expect(end.verdict).toBe(expected);
  expect(end.reason).toEqual(verdict === 'passed' ? reason : own);
  expect(withHooks({ verdict }, undefined)).toEqual({ verdict });
});
