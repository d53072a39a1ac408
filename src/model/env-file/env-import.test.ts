import { describe, expect, it } from 'vitest';
import { parseEnvFile } from './env-file.ts';
import { isSameBaseUrl, planImport } from './env-import.ts';
import { createSecretRule } from './secret-rule.ts';

const rule = createSecretRule({ secretNames: [], plainNames: [] });
const names = (changes: { name: string }[]) => changes.map(({ name }) => name);

describe('planImport', () => {
  const target = {
    fields: { baseUrl: 'https://a.test/', backendName: 'admin', adminUsername: 'matre' },
    variables: [
      { name: 'STORE', value: 'us', secret: false },
      { name: 'PAYMENT', value: 'x', secret: true },
      { name: 'PUBLIC_TOKEN', value: 'pk', secret: false },
      { name: 'KEPT', value: 'kept', secret: false },
    ],
  };
  const file = `MAGENTO_BASE_URL=https://b.test/
MAGENTO_BACKEND_NAME=admin
MAGENTO_ADMIN_PASSWORD=Secret1
STORE=us
PAYMENT=y
PUBLIC_TOKEN=pk2
API_TOKEN=t
CURRENCY=USD`;

  it('lists added, changed and unchanged values', () => {
    const plan = planImport(target, parseEnvFile(file).entries, { allValues: true, rule });
    expect(names(plan.added)).toEqual(['MAGENTO_ADMIN_PASSWORD', 'API_TOKEN', 'CURRENCY']);
    expect(names(plan.changed)).toEqual(['MAGENTO_BASE_URL', 'PAYMENT', 'PUBLIC_TOKEN']);
    expect(names(plan.unchanged)).toEqual(['MAGENTO_BACKEND_NAME', 'STORE']);
  });

  it('maps the four known names to fields', () => {
    const { added, changed } = planImport(target, parseEnvFile(file).entries, { allValues: true, rule });
    expect(changed[0]).toEqual({
      name: 'MAGENTO_BASE_URL',
      value: 'https://b.test/',
      secret: false,
      field: 'baseUrl',
    });
    expect(added[0]).toMatchObject({ field: 'adminPassword', secret: true });
  });

  it('leaves values to the file that matre needs not know: those without a secret, a field or a variable', () => {
    const plan = planImport(target, parseEnvFile(file).entries, { allValues: false, rule });
    expect(plan.left).toEqual(['CURRENCY']);
    expect(names(plan.added)).toEqual(['MAGENTO_ADMIN_PASSWORD', 'API_TOKEN']);
    expect(names(plan.changed)).toEqual(['MAGENTO_BASE_URL', 'PAYMENT', 'PUBLIC_TOKEN']);
    expect(names(plan.unchanged)).toEqual(['MAGENTO_BACKEND_NAME', 'STORE']);
  });

  it.each([
    ['https://a.test', 'https://a.test/', true],
    ['https://a.test/', 'https://me:pass@a.test/', true],
    ['https://me:pass@a.test', 'https://me:pass@a.test/', true],
    ['https://me:other@a.test/', 'https://me:pass@a.test/', false],
    ['https://me:pass@a.test/', 'https://a.test/', false],
    ['https://b.test/', 'https://me:pass@a.test/', false],
  ])('compares the base URLs %s and %s', (ofFile, stored, isSame) => {
    expect(isSameBaseUrl(ofFile, stored)).toBe(isSame);
  });

  it('guesses secrets by name, only for new variables', () => {
    const plan = planImport(target, parseEnvFile(file).entries, { allValues: true, rule });
    expect(plan.secretGuesses).toEqual(['API_TOKEN']);
    expect(names(plan.changed.filter(({ secret }) => secret))).toEqual(['PAYMENT']);
  });
});
