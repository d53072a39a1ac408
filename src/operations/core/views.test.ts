import { expect, it } from 'vitest';
import type { Principal, Role } from '../../model/access.ts';
import { createSecretRule } from '../../model/env-file/secret-rule.ts';
import { showEffective } from '../environments/environment-detail.ts';
import type { Context } from './context.ts';
import { viewVariable } from './views.ts';

const context = { secretRule: createSecretRule({ secretNames: [], plainNames: ['STORE'] }) };
const requestOf = (role: Role) => ({ principal: { name: 'ada', role, via: 'password' } satisfies Principal });

it('viewers see the values of plain names, operators and admins those that are not secret', () => {
  const rest = { description: '', changedAt: undefined, changedBy: undefined, rotation: undefined };
  const shownTo = (role: Role, name: string, secret = false) =>
    viewVariable({ name, value: 'x', secret, ...rest }, context, requestOf(role)).value;
  for (const name of ['BROWSER', 'STORE']) expect(shownTo('viewer', name)).toBe('x');
  expect(shownTo('viewer', 'PRICE')).toBeNull();
  expect(shownTo('operator', 'PRICE')).toBe('x');
  expect(shownTo('admin', 'PRICE')).toBe('x');
  for (const role of ['viewer', 'operator', 'admin'] as const)
    expect(shownTo(role, 'BROWSER', true)).toBeNull();
});

it('the values of tests are shown to viewers by the same rule, also those that are overridden', async () => {
  const overrides = [{ from: 'module', value: 'y' } as const];
  const values = [
    { name: 'BROWSER', value: 'x', secret: false, from: 'environment', overrides } as const,
    { name: 'PRICE', value: 'x', secret: false, from: 'environment', overrides } as const,
  ];
  const parts = {
    ...context,
    environments: { get: async () => ({ code: 'us' }) },
    effectiveValues: async () => ({ commit: { id: 'c0ffee', subject: '' }, file: '.env.us', values }),
  } as unknown as Context;
  const shownTo = async (role: Role) =>
    (await showEffective.run(parts, { code: 'us' }, requestOf(role))).values.map(
      ({ value, overrides: [other] }) => [value, other?.value],
    );
  expect(await shownTo('viewer')).toEqual([
    ['x', 'y'],
    [null, null],
  ]);
  expect(await shownTo('operator')).toEqual([
    ['x', 'y'],
    ['x', 'y'],
  ]);
});
