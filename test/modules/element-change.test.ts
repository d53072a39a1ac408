import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readElementChange } from '../../src/modules/element-change.ts';
import { createGit, type Git } from '../../src/modules/git.ts';
import { createRepository } from '../support/git.ts';

/** A file whose marks change in the second commit; its elements have numbers of lines. */
const fileWith = (mark: string) =>
  [
    '<tests>',
    '<!-- <see> --></test><click selector="a>b"', // 2
    ' stepKey="a"/>',
    mark,
    'no tag <!-- <see', // 5
    mark,
    '<field key="b">', // 7
    '</field',
    '>',
    mark,
    '<field key="c"><fieldset></fieldset>', // 11
    mark,
    '</field>',
    '',
  ].join('\n');

describe('the commit that changed an element last', () => {
  let home: string;
  let git: Git;
  let commit: string;
  /** A commit that renames the file, and puts its click into another one, too. */
  let moved: string;
  beforeAll(async () => {
    home = mkdtempSync(join(tmpdir(), 'matre-element-'));
    const repository = createRepository(join(home, 'a'));
    repository.commit({ 'a.xml': fileWith('one'), 'a.php': '<?php\none' }, 'Old');
    repository.commit({ 'a.xml': fileWith('two'), 'a.php': '<?php\ntwo' }, 'New');
    repository.git('commit', '--quiet', '--amend', '--no-edit', '--date=2001-02-03T04:05:06Z');
    commit = repository.git('rev-parse', 'HEAD').trim();
    const click = '<tests>\n<click selector="a>b"\n stepKey="a"/>\n</tests>';
    moved = repository.commit({ 'a.xml': undefined, 'b.xml': fileWith('two'), 'c.xml': click }, 'Move');
    const credentials = { username: undefined, password: undefined, sshKey: undefined };
    git = await createGit({
      folder: join(home, 'git'),
      source: {
        kind: 'git',
        repository: repository.folder,
        branch: '',
        ...credentials,
        sshKnownHosts: undefined,
      },
      environment: process.env,
      signal: new AbortController().signal,
    });
  });
  afterAll(() => rmSync(home, { recursive: true, force: true }));

  /** Asks the clone about elements at some lines; `commands` are those of git. */
  async function ask(of: { commit: string; lines: number[]; path?: string }, stopAfter = 100) {
    const commands: (string | undefined)[] = [];
    const time = new AbortController();
    const counting: Git = {
      url: git.url,
      async run(argv, options) {
        commands.push(argv[1]);
        const answer = await git.run(argv, options);
        if (commands.length === stopAfter) time.abort();
        return answer;
      },
    };
    const inRepository = (...argv: string[]) => [`--git-dir=${join(home, 'a/.git')}`, ...argv];
    const change = await readElementChange(
      { git: counting, inRepository, signal: time.signal },
      { commit: of.commit, places: of.lines.map((line) => ({ path: of.path ?? 'a.xml', line })) },
    );
    return { change, commands };
  }

  it.each([
    [2, 'Old', 'behind a comment and an end tag'],
    [5, 'Old', 'without a start tag in its line'],
    [7, 'Old', 'with a line break in its end tag'],
    [11, 'New', 'with an element whose name begins with its own'],
  ])('looks at the lines of an element: line %i, %s, %s', async (line, subject) => {
    expect((await ask({ commit, lines: [line] })).change?.commit.subject).toBe(subject);
  });

  it.each([
    ['b.xml', 'Old', 'a renamed file'],
    ['c.xml', 'Move', 'another file'],
  ])('takes an element in %s for one of the commit %s: %s', async (path, subject) => {
    expect((await ask({ commit: moved, lines: [2], path })).change?.commit.subject).toBe(subject);
  });

  it('looks at all of a PHP helper', async () => {
    expect((await ask({ commit, lines: [1], path: 'a.php' })).change?.commit.subject).toBe('New');
  });

  it('orders changes by the time of their commit, and returns that of their author as well', async () => {
    const { change } = await ask({ commit, lines: [2, 11] });
    expect(change).toMatchObject({ index: 1, commitsAgo: 0, commit: { subject: 'New' } });
    expect(change?.commit.at).toEqual(new Date('2001-02-03T04:05:06Z'));
    expect(change?.committedAt.getTime()).toBeGreaterThan(Date.UTC(2020));
  });

  it('asks a clone without the commit once, however many elements there are', async () => {
    const answer = await ask({ commit: 'f'.repeat(40), lines: [2, 5, 7] });
    expect(answer).toEqual({ change: undefined, commands: ['cat-file'] });
  });

  it('has no answer when the time is over before all elements were looked at', async () => {
    const answer = await ask({ commit, lines: [2, 5, 7] }, 2);
    expect(answer).toEqual({ change: undefined, commands: ['cat-file', 'blame'] });
  });
});
