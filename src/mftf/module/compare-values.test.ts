import { expect, it } from 'vitest';
import { compareValues } from './compare-values.ts';
import { buildEnvFiles, type EnvValue } from './env-files.ts';

const filesOf = (code: string, variables: EnvValue[], moduleFile = 'STORE=1') =>
  buildEnvFiles({
    environment: { code, baseUrl: `https://${code}.test/`, backendName: 'admin', adminUsername: 'admin' },
    adminPassword: undefined,
    shopCredentials: undefined,
    globals: [],
    variables,
    moduleFile,
    moduleNames: [],
    selenium: { explicit: [], defaults: [] },
    rule: { isSecret: () => false, isPlain: () => true },
  });

it('compares the values of two environments, and shows none that is secret on one of them', async () => {
  const secret = (name: string, value: string) => ({ name, value, secret: true });
  const one = filesOf('us', [secret('SAME', 'a'), secret('KEY', 'b'), secret('MIXED', 'c')]);
  const other = filesOf('es', [secret('SAME', 'a'), secret('KEY', 'x')], 'STORE=1\nMIXED=c\nONLY=2');
  const compared = await compareValues(one, other);
  const rows = new Map(compared.map((each) => [each.name, each]));
  const hidden = { value: undefined, from: 'environment' };
  expect(rows.get('KEY')).toEqual({ name: 'KEY', secret: true, isEqual: false, sides: [hidden, hidden] });
  expect(rows.get('SAME')).toMatchObject({ secret: true, isEqual: true });
  expect(rows.get('MIXED')).toMatchObject({
    ...{ secret: true, isEqual: true },
    sides: [hidden, { value: undefined, from: 'module' }],
  });
  expect(rows.get('ONLY')?.sides).toEqual([undefined, { value: '2', from: 'module' }]);
  const firstEqual = compared.findIndex(({ isEqual }) => isEqual);
  expect(compared.slice(firstEqual).every(({ isEqual }) => isEqual)).toBe(true);
  expect(compared.slice(0, firstEqual).map(({ name }) => name)).toEqual(['KEY', 'MAGENTO_BASE_URL', 'ONLY']);
});
