import { expect, it } from 'vitest';
import { toModuleColumn, toStoredModules } from './environment-modules.ts';

const encrypt = (password: string, name: string) => `encrypted ${password} of ${name}`;
const write = (...args: Parameters<typeof toModuleColumn>) => JSON.parse(toModuleColumn(...args) ?? 'null');

it('is null without modules, and has passwords encrypted only', () => {
  expect(toModuleColumn([], [], encrypt)).toBeNull();
  expect(toStoredModules(null)).toEqual([]);
  const stored = write([{ name: 'm', repository: 'https://a.test/t.git', password: 'secret' }], [], encrypt);
  expect(stored).toEqual([
    { name: 'm', repository: 'https://a.test/t.git', password: 'encrypted secret of m' },
  ]);
  expect(toStoredModules(stored)).toEqual(stored);
});

it('keeps a password for the same module at the same repository alone', () => {
  const current = [{ name: 'm', repository: 'https://a.test/t.git', password: 'kept' }];
  const passwordOf = (name: string, repository?: string) =>
    write([{ name, repository }], current, encrypt)[0].password;
  expect(passwordOf('m', 'https://a.test/t.git')).toBe('kept');
  expect(passwordOf('m', 'https://evil.test/t.git')).toBeUndefined();
  expect(passwordOf('m')).toBeUndefined();
  expect(passwordOf('other', 'https://a.test/t.git')).toBeUndefined();
});
