import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loadConfig } from '../config/load-config.ts';
import { resolveSources, type StoredModule, sourceOfAddress, targetProblem } from './environment-sources.ts';

const config = loadConfig({
  environment: {
    MATRE_IMAGE: 'shop:latest',
    MATRE_MODULE_REPOSITORY: 'https://git.example.com/qa/tests.git',
    MATRE_MODULE_BRANCH: 'main',
    MATRE_MODULE_USERNAME: 'robot',
    MATRE_MODULE_PASSWORD: 'token',
  },
  file: '/dev/null',
});
const resolve = (...modules: StoredModule[]) => resolveSources(config, { modules });
const sourcesOf = (...modules: StoredModule[]) => resolve(...modules).modules.map(({ source }) => source);

describe('the sources of an environment', () => {
  it('are those of the settings when it has none', () => {
    expect(resolve()).toEqual({
      image: 'shop:latest',
      modules: [{ name: 'module', target: 'app/code/TestModule', source: config.module.source }],
      ownTargets: [],
    });
    expect(resolveSources(config, { image: 'shop:2.4.7', modules: [] }).image).toBe('shop:2.4.7');
  });

  it('have what is missing from the settings', () => {
    expect(resolve({ name: 'main', branch: 'release' }).modules).toEqual([
      { name: 'main', target: 'app/code/TestModule', source: { ...config.module.source, branch: 'release' } },
    ]);
    expect(sourcesOf({ name: 'here', path: '/srv/tests' })).toEqual([{ kind: 'folder', path: '/srv/tests' }]);
  });

  it('send the password of the settings to their server alone', () => {
    const of = (repository: string, more: Partial<StoredModule> = {}) =>
      sourcesOf({ name: 'm', repository, ...more })[0];
    const settings = { username: 'robot', password: 'token' };
    const none = { username: undefined, password: undefined };
    expect(of('https://git.example.com/qa/other.git')).toMatchObject(settings);
    for (const repository of [
      'https://git.example.com.evil.test/qa/tests.git',
      'https://evil.test/git.example.com/',
      'http://git.example.com/qa/tests.git',
      'https://git.example.com:8443/qa/tests.git',
      'git@git.example.com:qa/tests.git',
      'ssh://git.example.com/qa/tests.git',
      '/srv/git/tests.git',
    ]) {
      expect([repository, of(repository)]).toEqual([repository, expect.objectContaining(none)]);
    }
    const own = { username: 'ann', password: undefined };
    expect(of('https://git.example.com/qa/other.git', { username: 'ann' })).toMatchObject(own);
  });

  it('of a run that is under way are found by the address of the repository', () => {
    const { modules } = resolve({
      name: 'm',
      repository: 'https://other.test/t.git',
      username: 'ann',
      password: 'secret',
    });
    expect(sourceOfAddress(config, modules, 'https://other.test/t.git')).toMatchObject({
      password: 'secret',
    });
    expect(sourceOfAddress(config, modules, 'https://gone.test/t.git')).toMatchObject({
      password: undefined,
    });
  });

  it('need a repository or a folder', () => {
    const unset = loadConfig({ environment: {}, file: '/dev/null' });
    expect(() => resolveSources(unset, { modules: [] })).toThrow(/MATRE_MODULE_REPOSITORY/);
    expect(() => resolveSources(unset, { modules: [{ name: 'm', branch: 'b' }] })).toThrow(
      /MATRE_MODULE_REPOSITORY/,
    );
  });
});

it('folders of modules must not contain each other', () => {
  const target = fc
    .array(fc.constantFrom('a', 'b', 'ab'), { minLength: 1, maxLength: 3 })
    .map((parts) => parts.join('/'));
  fc.assert(
    fc.property(fc.array(target, { maxLength: 4 }), (targets) => {
      const overlap = targets.some((one, index) =>
        targets.some((other, at) => at !== index && `${one}/`.startsWith(`${other}/`)),
      );
      expect(targetProblem(targets) !== undefined).toBe(overlap);
    }),
  );
});
