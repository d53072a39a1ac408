import { expect, it } from 'vitest';
import { fixedBecause, rowsOf, unsettable } from './variable-values.ts';

const effective = {
  commit: { id: 'a', subject: '' },
  file: 'Cron/data/.env.us',
  layers: ['default' as const, 'environment' as const],
  values: [
    { name: 'B', value: '1', secret: false, from: 'default' as const, overrides: [] },
    { name: 'A', value: null, secret: true, from: 'environment' as const, overrides: [] },
  ],
};

it('lists values by name, and what is known while the layers are not', () => {
  const own = [{ name: 'A', value: null, secret: true }];
  expect(rowsOf(effective, own).map(({ name }) => name)).toEqual(['A', 'B']);
  expect(rowsOf(undefined, own)).toEqual([{ ...own[0], from: 'environment', overrides: [] }]);
});

it('says which values somebody may change or take away', () => {
  expect(fixedBecause({ from: 'infrastructure' })).toMatch(/matre/);
  expect(fixedBecause({ from: 'module' })).toBeUndefined();
  expect(unsettable({ from: 'global' })).toBe(true);
  expect(unsettable({ from: 'module' })).toBe(false);
});
