import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { GitSource } from '../../src/modules/git.ts';
import { createModules, type Modules } from '../../src/modules/modules.ts';
import { createThreads } from '../../src/threads/threads.ts';
import { createRepository, type TestRepository } from '../support/git.ts';

const threads = createThreads({ count: 1 });
afterAll(() => threads.close());

const sourceOf = (repository: string, branch = 'main'): GitSource => ({
  kind: 'git',
  repository,
  branch,
  username: undefined,
  password: undefined,
  sshKey: undefined,
  sshKnownHosts: undefined,
});

describe('a ref', () => {
  let remote: string;
  let repository: TestRepository;
  let first: string;
  let feature: string;
  let home: string;
  let modules: Modules;

  // One repository for all tests: none changes what another reads.
  beforeAll(() => {
    remote = mkdtempSync(join(tmpdir(), 'matre-refs-'));
    repository = createRepository(remote);
    const { git, commit } = repository;
    first = commit({ 'a.xml': '1' }, 'First');
    git('tag', 'v1');
    git('tag', '--annotate', '-m', 'Signed off', 'v1-annotated');
    git('tag', 'tree', 'HEAD^{tree}');
    git('checkout', '--quiet', '-b', 'feature/cart');
    feature = commit({ 'a.xml': 'feature' }, 'Feature');
    for (const name of ['-x', '--upload-pack=touch', 'ü+1.0', 'both', 'abcdef1']) {
      git('update-ref', `refs/heads/${name}`, feature);
    }
    git('update-ref', 'refs/tags/both', first);
    git('update-ref', 'refs/pull/7/head', feature);
    git('checkout', '--quiet', 'main');
    commit({ 'a.xml': '2' }, 'Second');
  });
  afterAll(() => rmSync(remote, { recursive: true, force: true }));

  beforeEach(async () => {
    home = mkdtempSync(join(tmpdir(), 'matre-refs-home-'));
    modules = await open();
  });
  afterEach(() => {
    modules.close();
    rmSync(home, { recursive: true, force: true });
  });

  const open = () =>
    createModules({
      folder: join(home, 'modules'),
      source: sourceOf(remote),
      log: pino({ level: 'silent' }),
      threads,
    });

  it.each<[string, string, () => string]>([
    ['a branch', 'feature/cart', () => feature],
    ['a tag', 'v1', () => first],
    ['an annotated tag', 'v1-annotated', () => first],
    ['a branch before a tag of the same name', 'both', () => feature],
    ['a whole ref', 'refs/tags/both', () => first],
    ['the ref of a pull request', 'refs/pull/7/head', () => feature],
    ['a branch that begins with a dash', '-x', () => feature],
    ['a branch that looks like an option', '--upload-pack=touch', () => feature],
    ['a branch with odd characters', 'ü+1.0', () => feature],
    ['a branch that looks like a commit', 'abcdef1', () => feature],
  ])('is %s: %s', async (_, ref, commit) => {
    expect((await modules.resolve(ref)).id).toBe(commit());
    expect(readFileSync(join(await modules.checkout(commit()), 'a.xml'), 'utf8')).toBe(
      commit() === first ? '1' : 'feature',
    );
  });

  it('is the id of a commit, or its beginning in any case of letters, also of no branch that was fetched', async () => {
    for (const ref of [feature, feature.slice(0, 7), feature.slice(0, 20).toUpperCase()]) {
      expect(await modules.resolve(ref)).toEqual({ id: feature, subject: 'Feature' });
    }
  });

  it.each(['absent', 'v', 'cart', 'refs/heads', '1234567', '0'.repeat(40), 'a'.repeat(64), 'HEAD~1'])(
    'that the server does not have is refused: %s',
    async (ref) => {
      await expect(modules.resolve(ref)).rejects.toMatchObject({
        code: 'REF_UNKNOWN',
        message: expect.stringContaining(ref),
      });
    },
  );

  it('of something else than a commit is refused', async () => {
    await expect(modules.resolve('tree')).rejects.toMatchObject({ code: 'REF_UNKNOWN' });
  });

  it('of a folder is refused', async () => {
    const folder = modules.of({ kind: 'folder', path: remote });
    await expect(folder.resolve('main')).rejects.toMatchObject({ code: 'REF_UNKNOWN' });
  });

  it('follows what the server has now, also when a branch took the place of a folder of branches', async () => {
    const { git } = repository;
    git('branch', 'topic/one', first);
    expect((await modules.resolve('topic/one')).id).toBe(first);
    git('branch', '-D', 'topic/one');
    git('branch', 'topic', feature);
    expect((await modules.resolve('topic')).id).toBe(feature);
    await expect(modules.resolve('topic/one')).rejects.toMatchObject({ code: 'REF_UNKNOWN' });
    // All branches are fetched for an abbreviation.
    expect((await modules.resolve(first.slice(0, 8))).id).toBe(first);
    git('branch', '-D', 'topic');
  });

  it('and several branches of one repository share a clone, whose checkouts another process may make', async () => {
    const other = await open();
    const release = other.of(sourceOf(remote, 'feature/cart'));
    const [newest, ofRelease] = await Promise.all([modules.resolve(), release.resolve()]);
    expect([newest.subject, ofRelease.id]).toEqual(['Second', feature]);
    expect(
      execFileSync('sh', ['-c', `ls -d "${home}"/modules/git/*.git`], { encoding: 'utf8' })
        .trim()
        .split('\n'),
    ).toHaveLength(1);
    // It never resolved the ref, as a worker on another host.
    expect(readFileSync(join(await modules.checkout(feature), 'a.xml'), 'utf8')).toBe('feature');
    expect((await modules.commitRange({ from: first, to: newest.id }))?.commits).toHaveLength(1);
    other.close();
  });
});
