import { expect, it } from 'vitest';
import { canUnset, fixedReason, rowsOf } from './variable-values.ts';

const effective = {
  commit: { id: 'a', subject: '' },
  file: 'Cron/data/.env.us',
  layers: ['default' as const, 'environment' as const],
  values: [
    { name: 'B', value: '1', secret: false, from: 'global' as const, overrides: [] },
    { name: 'A', value: null, secret: true, from: 'environment' as const, overrides: [] },
  ],
};
const variable = (name: string, value: string | null, secret: boolean) => ({
  ...{ name, value, secret, description: `of ${name}` },
  ...{ changedAt: null, changedBy: null, rotation: null },
});

it('lists values by name with their variables, or only those of the environment without the layers', () => {
  const own = [variable('A', null, true)];
  const globals = [variable('A', '2', false), variable('B', '1', false)];
  const rows = rowsOf({ effective, own, globals });
  expect(rows.map(({ name, isSetting, stored }) => [name, isSetting, stored])).toEqual([
    ['A', false, own[0]],
    ['B', false, globals[1]],
  ]);
  expect(rowsOf({ effective: undefined, own })).toMatchObject([
    { name: 'A', value: null, secret: true, from: 'environment', isSetting: false, stored: own[0] },
  ]);
});

it('distinguishes settings of the environment from variables', () => {
  const [row] = rowsOf({ effective, own: [] });
  expect(row).toMatchObject({ name: 'A', isSetting: true, stored: undefined });
});

it('decides which values can be changed or unset', () => {
  expect(fixedReason({ from: 'infrastructure' })).toMatch(/matre/);
  expect(fixedReason({ from: 'module' })).toBeUndefined();
  expect(canUnset({ from: 'global', isSetting: false })).toBe(true);
  expect(canUnset({ from: 'environment', isSetting: false })).toBe(true);
  expect(canUnset({ from: 'environment', isSetting: true })).toBe(false);
  expect(canUnset({ from: 'module', isSetting: false })).toBe(false);
});
