import { expect, it } from 'vitest';
import { canUnset, fixedReason, rowsOf } from './variable-values.ts';

const effective = {
  commit: { id: 'a', subject: '' },
  file: 'Cron/data/.env.us',
  layers: ['default' as const, 'environment' as const],
  values: [
    { name: 'B', value: '1', secret: false, from: 'default' as const, overrides: [] },
    { name: 'A', value: null, secret: true, from: 'environment' as const, overrides: [] },
  ],
};

it('lists values by name, or only those of the environment without the layers', () => {
  const own = [{ name: 'A', value: null, secret: true }];
  expect(rowsOf(effective, own).map(({ name, isSetting }) => [name, isSetting])).toEqual([
    ['A', false],
    ['B', false],
  ]);
  expect(rowsOf(undefined, own)).toEqual([
    { ...own[0], from: 'environment', overrides: [], isSetting: false },
  ]);
});

it('distinguishes settings of the environment from variables', () => {
  expect(rowsOf(effective, []).find(({ name }) => name === 'A')?.isSetting).toBe(true);
});

it('decides which values can be changed or unset', () => {
  expect(fixedReason({ from: 'infrastructure' })).toMatch(/matre/);
  expect(fixedReason({ from: 'module' })).toBeUndefined();
  expect(canUnset({ from: 'global', isSetting: false })).toBe(true);
  expect(canUnset({ from: 'environment', isSetting: false })).toBe(true);
  expect(canUnset({ from: 'environment', isSetting: true })).toBe(false);
  expect(canUnset({ from: 'module', isSetting: false })).toBe(false);
});
