import { expect, test } from 'vitest';
import { Fault, toFault } from './fault.ts';

test('a full disk is DISK_FULL, whichever call reports it', () => {
  const full = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
  expect(toFault(full)).toMatchObject({ code: 'DISK_FULL', message: full.message, cause: full });
  const extended = 'could not extend file "base/5/16838": No space left on device';
  expect(toFault(Object.assign(new Error(extended), { code: '53100' })).code).toBe('DISK_FULL');
  const quota = 'could not write to file "base/5/16838": Disk quota exceeded';
  expect(toFault(Object.assign(new Error(quota), { code: 'XX000' })).code).toBe('DISK_FULL');
});

test('an error without a name is what the caller says, a fault stays what it is', () => {
  expect(toFault('odd').code).toBe('INTERNAL');
  expect(toFault(new Error('no answer'), 'ENGINE_FAILED').code).toBe('ENGINE_FAILED');
  const fault = new Fault('DISK_FULL', 'full');
  expect(toFault(fault)).toBe(fault);
});
