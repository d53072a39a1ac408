import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { envValue } from '../../../test/support/env-files.ts';
import { parseEnvFile } from './env-file.ts';
import { createSecretRule } from './secret-rule.ts';
import { formatVariables, planVariableImport, type StoredVariable } from './variable-import.ts';

const rule = createSecretRule({ secretNames: [], plainNames: [] });
const options = { replace: false, plain: [], secret: [], rule };
const plan = (
  stored: StoredVariable[],
  text: string,
  more: Partial<typeof options> & { plain?: string[]; secret?: string[] } = {},
) => planVariableImport(stored, parseEnvFile(text).entries, { ...options, ...more });

const stored = [
  { name: 'STORE', value: 'us', secret: false },
  { name: 'API_TOKEN', value: 'hush', secret: true },
  { name: 'MAIL_KEY', value: 'shown', secret: false },
];

describe('an import of variables', () => {
  it('adds, changes and leaves variables, and removes them on demand only', () => {
    const text = 'STORE=es\nMAIL_KEY=shown\nSIZE=3';
    expect(plan(stored, text)).toMatchObject({
      added: [{ name: 'SIZE', value: '3', secret: false, line: 3 }],
      changed: [{ name: 'STORE', value: 'es' }],
      unchanged: ['MAIL_KEY'],
      removed: [],
      stays: ['API_TOKEN'],
    });
    expect(plan(stored, text, { replace: true })).toMatchObject({ removed: ['API_TOKEN'], stays: [] });
  });

  it('takes new variables as secret by their names and values, and leaves stored ones as they are', () => {
    const text = 'MAIL_KEY=other\nAPI_TOKEN=new\nDB_PASSWORD=x\nTITLE=ghp_aaaaaaaaaaaaaaaaaaaa';
    const secrets = (more = {}) => {
      const { added, changed } = plan(stored, text, more);
      return [...added, ...changed].filter(({ secret }) => secret).map(({ name }) => name);
    };
    expect(secrets()).toEqual(['DB_PASSWORD', 'TITLE', 'API_TOKEN']);
    expect(secrets({ plain: ['DB_PASSWORD', 'API_TOKEN'], secret: ['MAIL_KEY'] })).toEqual([
      'TITLE',
      'MAIL_KEY',
    ]);
    expect(plan([], text).added.filter(({ isGuess }) => isGuess)).toHaveLength(4);
  });

  it('keeps the stored value for the placeholder of an export, and leaves out what has none', () => {
    const text = 'API_TOKEN=(secret)\nOTHER=(secret)\nMAGENTO_BASE_URL=https://shop.test/';
    const { unchanged, ignored, added } = plan(stored, text, { replace: true });
    expect(unchanged).toEqual(['API_TOKEN']);
    expect(added).toEqual([]);
    expect(ignored.map(({ name, line }) => [name, line])).toEqual([
      ['OTHER', 2],
      ['MAGENTO_BASE_URL', 3],
    ]);
  });

  it('changes nothing when it reads an export', () => {
    const variable = fc.record({
      value: envValue,
      secret: fc.boolean(),
      isHidden: fc.boolean(),
      description: fc.string({ unit: 'grapheme-ascii', maxLength: 40 }),
    });
    fc.assert(
      fc.property(fc.array(variable), (list) => {
        const all = list.map((each, index) => ({ ...each, name: `N${index}` }));
        const text = formatVariables(
          all.map((each) => ({ ...each, value: each.secret || each.isHidden ? undefined : each.value })),
        );
        const result = plan(all, text, { replace: true });
        expect(result).toMatchObject({ added: [], changed: [], removed: [], ignored: [] });
        expect(result.unchanged).toHaveLength(all.length);
      }),
      { numRuns: 200 },
    );
  });
});
