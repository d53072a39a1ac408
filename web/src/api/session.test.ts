import { expect, it } from 'vitest';
import { refusal } from './session.ts';

it('allows each role what lower roles may do', () => {
  expect(refusal('viewer', 'viewer')).toBeUndefined();
  expect(refusal('admin', 'operator')).toBeUndefined();
  expect(refusal('viewer', 'operator')).toBe('Requires the operator role; you are a viewer.');
  expect(refusal('operator', 'admin')).toBe('Requires the admin role; you are an operator.');
  expect(refusal(undefined, 'viewer')).toBe('You are not signed in.');
});
