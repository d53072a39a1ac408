import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { envValue } from '../../../test/support/env-files.ts';
import { parseEnvFile } from './env-file.ts';
import { formatEnvFile } from './format-env-file.ts';

describe('formatEnvFile', () => {
  it('does not quote plain values', () => {
    const text = formatEnvFile([
      { name: 'MAGENTO_BASE_URL', value: 'https://shop.test/' },
      { name: 'NAME', value: 'My $hop' },
      { name: 'EMPTY', value: '' },
    ]);
    expect(text).toBe("MAGENTO_BASE_URL=https://shop.test/\nNAME='My $hop'\nEMPTY=\n");
  });

  it('is read back to the same values', () => {
    fc.assert(
      fc.property(fc.array(envValue), (values) => {
        const entries = values.map((text, index) => ({ name: `N${index}`, value: text }));
        const file = parseEnvFile(formatEnvFile(entries));
        expect(file.entries.map(({ name, value }) => ({ name, value }))).toEqual(entries);
        expect(file.notes).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it('refuses names and values that an environment cannot contain', () => {
    expect(() => formatEnvFile([{ name: 'A B', value: '' }])).toThrow('cannot be the name');
    expect(() => formatEnvFile([{ name: 'A', value: 'x\0' }])).toThrow('zero byte');
  });
});
