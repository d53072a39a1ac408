import { expect, it } from 'vitest';
import { refusal } from './session.ts';

it('each role may do what those before it may', () => {
  expect(refusal('viewer', 'viewer')).toBeUndefined();
  expect(refusal('admin', 'operator')).toBeUndefined();
  expect(refusal('viewer', 'operator')).toBe('This takes an operator; you are a viewer.');
  expect(refusal('operator', 'admin')).toBe('This takes an admin; you are an operator.');
  expect(refusal(undefined, 'viewer')).toBe('You are not signed in.');
});
