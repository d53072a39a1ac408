import { expect, it } from 'vitest';
import { newRecoveryCode, recoveryDigest } from './recovery-code.ts';

it('recovery codes have 80 bits in four groups, and all differ', () => {
  const codes = Array.from({ length: 1_000 }, newRecoveryCode);
  expect(new Set(codes).size).toBe(codes.length);
  for (const code of codes) expect(code).toMatch(/^([0-9A-HJKMNP-TV-Z]{4}-){3}[0-9A-HJKMNP-TV-Z]{4}$/);
});

it('the digest of a recovery code is the same however it is typed', () => {
  const digest = recoveryDigest('10AB-CDEF-GHJK-MNPQ');
  for (const typed of ['10abcdefghjkmnpq', ' IOab cdef-GHJK mnpq ', 'l0ab-cdef-ghjk-mnpq']) {
    expect(recoveryDigest(typed)).toBe(digest);
  }
  expect(recoveryDigest('10AB-CDEF-GHJK-MNPR')).not.toBe(digest);
});
