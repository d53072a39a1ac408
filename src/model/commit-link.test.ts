import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseRepositoryAddress } from './address/repository.ts';
import {
  type CommitLink,
  commitLinkOf,
  pagesOfCommit,
  parseCommitUrl,
  projectOfRepository,
  projectOn,
} from './commit-link.ts';

const sha = 'c0ffee0123456789c0ffee0123456789c0ffee01';
const github = { forge: 'github', baseUrl: 'https://github.com', project: 'acme/tests' };
const gitlab = { forge: 'gitlab', baseUrl: 'https://gitlab.com', project: 'acme/qa/tests' };

describe('parseCommitUrl', () => {
  it.each([
    [`https://github.com/acme/tests/commit/${sha}`, { ...github, sha }],
    [`https://github.com/acme/tests/commit/${sha.toUpperCase()}`, { ...github, sha }],
    [`https://github.com/acme/tests/tree/${sha}`, { ...github, sha }],
    ['https://github.com/acme/tests/pull/7', { ...github, pullRequest: 7 }],
    ['https://github.com/acme/tests/pull/7/files', { ...github, pullRequest: 7 }],
    [`https://github.com/acme/tests/pull/7/commits/${sha}`, { ...github, pullRequest: 7, sha }],
    ['https://github.com/acme/tests', github],
    ['https://github.com/acme/tests.git', github],
    [
      'https://github.example.com/acme/.github/pull/7#issuecomment-1',
      { forge: 'github', baseUrl: 'https://github.example.com', project: 'acme/.github', pullRequest: 7 },
    ],
    [
      `https://code.example.com:8443/acme/tests/commit/${sha}`,
      { forge: 'github', baseUrl: 'https://code.example.com:8443', project: 'acme/tests', sha },
    ],
    [`https://gitlab.com/acme/qa/tests/-/commit/${sha}`, { ...gitlab, sha }],
    [
      `https://gitlab.com/acme/qa/tests/-/merge_requests/7/diffs?commit_id=${sha}`,
      { ...gitlab, pullRequest: 7, sha },
    ],
    [
      'https://code.example.com/acme/tests/-/merge_requests/7',
      { forge: 'gitlab', baseUrl: 'https://code.example.com', project: 'acme/tests', pullRequest: 7 },
    ],
    ['https://gitlab.com/acme/qa/tests/-/pipelines/7', gitlab],
    ['https://gitlab.com/acme/qa/tests/merge_requests/7', { ...gitlab, pullRequest: 7 }],
    ['https://code.example.com/acme/tests', { baseUrl: 'https://code.example.com', project: 'acme/tests' }],
  ])('reads %s', (text, link) => {
    expect(parseCommitUrl(text)).toEqual(link);
  });

  it.each([
    ['it is no address', 'acme/tests'],
    ['it is no web address', 'ssh://git@github.com/acme/tests'],
    ['it has a password', 'https://u:p@github.com/acme/tests'],
    ['it has no project', 'https://github.com/acme'],
    ['its commit is short', 'https://github.com/acme/tests/commit/c0ffee0'],
    ['a branch moves', 'https://github.com/acme/tests/tree/main'],
    ['its pull request has no number', 'https://github.com/acme/tests/pull/new'],
    ['its number is 0', 'https://github.com/acme/tests/pull/0'],
    ['a name has a blank', 'https://github.com/acme/te%20sts'],
  ])('refuses an address where %s', (_, text) => {
    expect(parseCommitUrl(text)).toBeUndefined();
  });

  it('reads the pages that it makes of any link', () => {
    fc.assert(
      fc.property(links(), (link) => {
        const pages = pagesOfCommit(link);
        const { pullRequest, ...rest } = link;
        expect(parseCommitUrl(pages.commit ?? '')).toEqual(rest);
        const { sha: _, ...withoutSha } = link;
        if (pullRequest !== undefined) expect(parseCommitUrl(pages.pullRequest ?? '')).toEqual(withoutSha);
        else expect(pages.pullRequest).toBeUndefined();
      }),
    );
  });

  it('never throws, and gives only projects that are safe in a path', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.webUrl({ withQueryParameters: true }),
      fc
        .array(fc.constantFrom('https://', 'h', '/', '-', '..', '%2e', '.git', 'commit', sha, '?', '#'), {
          maxLength: 12,
        })
        .map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(text, (each) => {
        for (const link of [parseCommitUrl(each), projectOfRepository(each)]) {
          if (link) expect(link.project).toMatch(/^(?!.*(?:^|\/)\.{0,2}(?:\/|$))[\w.-]+(?:\/[\w.-]+)+$/);
        }
      }),
    );
  });
});

describe('projectOfRepository', () => {
  it.each([
    ['https://github.com/acme/tests.git', github],
    ['git@github.com:acme/tests.git', github],
    ['ssh://git@ssh.github.com:443/acme/tests.git', github],
    ['git@gitlab.com:acme/qa/tests.git', gitlab],
    ['ssh://git@altssh.gitlab.com:443/acme/qa/tests', gitlab],
    [
      'ssh://git@code.example.com:2222/acme/tests.git',
      { baseUrl: 'https://code.example.com', project: 'acme/tests' },
    ],
    [
      'git@code.example.com:/acme/qa/tests.git',
      { forge: 'gitlab', baseUrl: 'https://code.example.com', project: 'acme/qa/tests' },
    ],
  ])('reads %s', (address, link) => {
    expect(parseRepositoryAddress(address)?.url).toBe(address);
    expect(projectOfRepository(address)).toEqual(link);
  });

  it.each(['/srv/git/tests', 'file:///srv/git/tests.git', 'git@host:tests.git', 'git@host:~team/tests'])(
    'finds no project in %s',
    (address) => {
      expect(projectOfRepository(address)).toBeUndefined();
    },
  );
});

describe('commitLinkOf', () => {
  const moduleRepository = 'https://bot:token@github.com/acme/tests.git';
  const link: CommitLink = { forge: 'gitlab', baseUrl: 'https://gitlab.com', project: 'acme/shop', sha };
  const other = 'd00d'.repeat(10);
  it.each([
    ['the one that it was submitted for', { link, commits: [other], moduleRepository }, link],
    ['that of the module', { link: undefined, commits: [sha, sha], moduleRepository }, { ...github, sha }],
    ['none before a run has one', { link: undefined, commits: [], moduleRepository }, undefined],
    ['none of several', { link: undefined, commits: [sha, other], moduleRepository }, undefined],
    ['none of a local folder', { link: undefined, commits: [`local-${sha}`], moduleRepository }, undefined],
    [
      'none without a repository',
      { link: undefined, commits: [sha], moduleRepository: undefined },
      undefined,
    ],
    [
      'none of a repository on no forge',
      { link: undefined, commits: [sha], moduleRepository: '/srv/git/tests' },
      undefined,
    ],
  ])('is %s', (_, submission, expected) => {
    expect(commitLinkOf(submission)).toEqual(expected);
  });
});

describe('projectOn', () => {
  const link = (text: string) => parseCommitUrl(text) as CommitLink;
  it.each([
    ['https://github.com/acme/tests', 'https://github.com', 'acme/tests'],
    ['https://github.com/acme/tests', 'https://github.com/', 'acme/tests'],
    ['https://github.com/acme/tests', 'https://github.example.com', undefined],
    ['https://code.example.com/acme/tests', 'http://code.example.com:8080', 'acme/tests'],
    [
      'https://example.com/gitlab/acme/qa/tests/-/merge_requests/1',
      'https://example.com/gitlab',
      'acme/qa/tests',
    ],
    ['https://example.com/gitlab/tests', 'https://example.com/gitlab', undefined],
    ['https://example.com/gitlabs/acme/tests', 'https://example.com/gitlab', 'gitlabs/acme/tests'],
  ])('finds the project of %s on %s', (text, baseUrl, project) => {
    expect(projectOn(link(text), baseUrl)).toBe(project);
  });
});

/** Links whose forge an address shows. */
function links(): fc.Arbitrary<CommitLink> {
  const name = fc
    .stringMatching(/^[a-zA-Z0-9_][a-zA-Z0-9_.-]{0,20}$/)
    .filter((each) => !/\.git$|^(commit|tree|pull|merge_requests|-)$/.test(each));
  const host = fc.constantFrom('https://code.example.com', 'http://127.0.0.1:8080', 'https://git.example');
  const rest = {
    baseUrl: host,
    sha: fc.stringMatching(/^[0-9a-f]{40}$/),
    pullRequest: fc.integer({ min: 1, max: 2 ** 31 - 1 }),
  };
  const onGithub = fc.record(
    {
      ...rest,
      forge: fc.constant('github' as const),
      project: fc.tuple(name, name).map((all) => all.join('/')),
    },
    { requiredKeys: ['forge', 'baseUrl', 'project', 'sha'] },
  );
  const onGitlab = fc.record(
    {
      ...rest,
      forge: fc.constant('gitlab' as const),
      project: fc.array(name, { minLength: 2, maxLength: 21 }).map((all) => all.join('/')),
    },
    { requiredKeys: ['forge', 'baseUrl', 'project', 'sha'] },
  );
  return fc.oneof(onGithub, onGitlab) as fc.Arbitrary<CommitLink>;
}
