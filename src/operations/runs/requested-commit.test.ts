import { describe, expect, it } from 'vitest';
import type { Config, ModuleSource } from '../../config/config.ts';
import { commitSha, commitUrl, resolveCommit } from './requested-commit.ts';

const sha = 'c0ffee0123456789c0ffee0123456789c0ffee01';
const other = 'd00d'.repeat(10);

const withModule = (source: ModuleSource | undefined) => ({
  config: { module: { source, target: 'app/code/Acme/Tests' } } as Config,
});
const repository = (address: string): ModuleSource => ({
  kind: 'git',
  repository: address,
  branch: 'main',
  username: undefined,
  password: undefined,
  sshKey: undefined,
  sshKnownHosts: undefined,
});
const onGitlab = withModule(repository('https://bot:token@gitlab.example.com/acme/qa/tests.git'));

describe('resolveCommit', () => {
  it('names none without fields', () => {
    expect(resolveCommit(onGitlab, {})).toBeUndefined();
  });

  it('takes an id alone for a commit of the test module, without its credentials', () => {
    expect(resolveCommit(onGitlab, { sha })).toEqual({
      forge: 'gitlab',
      baseUrl: 'https://gitlab.example.com',
      project: 'acme/qa/tests',
      sha,
    });
  });

  it('combines the page of a pull request with an id', () => {
    expect(resolveCommit(onGitlab, { commitUrl: 'https://github.com/acme/shop/pull/7', sha })).toEqual({
      forge: 'github',
      baseUrl: 'https://github.com',
      project: 'acme/shop',
      pullRequest: 7,
      sha,
    });
  });

  it.each([
    ['a page without a commit', onGitlab, { commitUrl: 'https://github.com/acme/shop/pull/7' }],
    ['two commits', onGitlab, { commitUrl: `https://github.com/acme/shop/commit/${other}`, sha }],
    ['an id without a test module', withModule(undefined), { sha }],
    ['an id with a local test module', withModule({ kind: 'folder', path: '/srv/tests' }), { sha }],
    ['an id with a module on no forge', withModule(repository('/srv/git/tests')), { sha }],
  ])('refuses %s', (_, context, request) => {
    expect(() => resolveCommit(context, request)).toThrow(expect.objectContaining({ code: 'INPUT_INVALID' }));
  });
});

describe('the fields of a commit', () => {
  it('take an id in any case, and whole', () => {
    expect(commitSha.parse(sha.toUpperCase())).toBe(sha);
    for (const wrong of ['c0ffee0', `${sha}0`, `${sha.slice(1)}g`, 'main'])
      expect(commitSha.safeParse(wrong).success).toBe(false);
  });

  it('refuse an address that is no page of a project', () => {
    expect(commitUrl.safeParse('https://github.com/acme/shop/pull/7').success).toBe(true);
    for (const wrong of [
      'https://github.com/acme',
      'https://u:p@github.com/acme/shop',
      'acme/shop',
      'file:///a/b',
    ])
      expect(commitUrl.safeParse(wrong).success).toBe(false);
  });
});
