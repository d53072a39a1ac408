import { expect, test } from 'vitest';
import { toProblem } from './problem.ts';

test('a full disk is DISK_FULL for the caller, and another unexpected error says nothing', () => {
  const full = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
  expect(toProblem(full, 'r1')).toMatchObject({ code: 'DISK_FULL', status: 507 });
  const extended = 'could not extend file "base/5/16838": No space left on device';
  expect(toProblem(Object.assign(new Error(extended), { code: '53100' }), 'r2')).toMatchObject({
    code: 'DISK_FULL',
    status: 507,
  });
  expect(toProblem(new Error('secret'), 'r3')).toMatchObject({
    code: 'INTERNAL',
    status: 500,
    detail: expect.not.stringContaining('secret'),
  });
});
