import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { repositoryLink, sourceOf } from './source-link.ts';
import { templateProblem, treeTemplateProblem } from './template.ts';

const commit = 'c0ffee0123456789c0ffee0123456789c0ffee01';
const place = { commit, path: 'Test/Mftf/Test/Añadir #1.xml', line: 12 };
const path = 'Test/Mftf/Test/A%C3%B1adir%20%231.xml';

describe('repositoryLink', () => {
  it.each([
    ['https://github.com/acme/tests.git', `https://github.com/acme/tests/blob/${commit}/${path}#L12`],
    ['https://bot:t0ken@github.com/acme/tests', `https://github.com/acme/tests/blob/${commit}/${path}#L12`],
    [
      'ssh://git@ssh.github.com:443/acme/tests.git',
      `https://github.com/acme/tests/blob/${commit}/${path}#L12`,
    ],
    ['https://acme.ghe.com/acme/tests.git', `https://acme.ghe.com/acme/tests/blob/${commit}/${path}#L12`],
    ['git@gitlab.com:acme/qa/tests.git', `https://gitlab.com/acme/qa/tests/-/blob/${commit}/${path}#L12`],
    [
      'https://gitlab.example.com:8443/acme/tests',
      `https://gitlab.example.com:8443/acme/tests/-/blob/${commit}/${path}#L12`,
    ],
    [
      'ssh://git@altssh.bitbucket.org:443/acme/tests.git',
      `https://bitbucket.org/acme/tests/src/${commit}/${path}#lines-12`,
    ],
    [
      'https://bitbucket.example.com/scm/QA/tests.git',
      `https://bitbucket.example.com/projects/QA/repos/tests/browse/${path}?at=${commit}#12`,
    ],
    [
      'ssh://git@bitbucket.example.com:7999/QA/tests.git',
      `https://bitbucket.example.com/projects/QA/repos/tests/browse/${path}?at=${commit}#12`,
    ],
    [
      'http://gitea.example.com/qa/tests',
      `http://gitea.example.com/qa/tests/src/commit/${commit}/${path}#L12`,
    ],
    ['git@codeberg.org:qa/tests.git', `https://codeberg.org/qa/tests/src/commit/${commit}/${path}#L12`],
  ])('is known of %s', (repository, link) => {
    expect(repositoryLink({ ...place, repository }, [])).toBe(link);
  });

  it.each([
    ['a folder', '/srv/git/tests', commit],
    ['a host that tells nothing', 'https://code.example.com/acme/tests', commit],
    ['a copy of a folder', 'https://github.com/acme/tests', `local-${commit}`],
    ['a project of Bitbucket in no form of it', 'https://bitbucket.example.com/a/b/c/d', commit],
  ])('is unknown of %s', (_, repository, id) => {
    expect(repositoryLink({ ...place, repository, commit: id }, [])).toBeUndefined();
  });

  it('comes from the template of the host, then from what is known, then from the template for all', () => {
    const templates = [
      { host: undefined, template: 'https://view.example.com/{project}@{commit}/{path}?L{line}' },
      { host: 'gitlab.example.com', template: '{repository}/file?p={path}' },
    ];
    const link = (repository: string) => repositoryLink({ ...place, repository }, templates);
    expect(link('https://code.example.com/acme/tests')).toBe(
      `https://view.example.com/acme/tests@${commit}/${path}?L12`,
    );
    expect(link('git@gitlab.example.com:acme/tests')).toBe(
      `https://gitlab.example.com/acme/tests/file?p=${path}`,
    );
    expect(link('git@github.com:acme/tests')).toMatch('https://github.com/');
  });

  it('is an address of the web without credentials, whatever the repository and the path are', () => {
    const pieces = ['https://', 'u:p@', 'git@', 'gitlab.com', '/', ':', 'a', '..', '%2f', '@', '#', '?'];
    const repository = fc.array(fc.constantFrom(...pieces), { maxLength: 10 }).map((parts) => parts.join(''));
    const templates = [{ host: undefined, template: '{repository}/{path}#{line}' }];
    fc.assert(
      fc.property(repository, fc.string({ unit: 'binary' }), (repository, path) => {
        const link = repositoryLink({ repository, commit, path, line: 1 }, templates);
        if (link === undefined) return;
        const { protocol, username, password } = new URL(link);
        expect([username, password]).toEqual(['', '']);
        expect(protocol).toMatch(/^https?:$/);
      }),
    );
  });
});

describe('sourceOf', () => {
  const modules = [{ repository: 'git@github.com:acme/tests.git', target: 'app/code/Acme', id: commit }];
  const treeTemplate = 'https://github.com/magento/magento2/blob/2.4.4/{path}#L{line}';
  it('names the file of the module, and links the tree of the image by its template only', () => {
    const settings = { templates: [], treeTemplate: undefined };
    expect(sourceOf({ path: 'app/code/Acme/Test/A.xml', line: 3 }, modules, settings)).toEqual({
      module: { commit, path: 'Test/A.xml' },
      url: `https://github.com/acme/tests/blob/${commit}/Test/A.xml#L3`,
    });
    const ofImage = { path: 'app/code/AcmeOther/Test/A.xml', line: 3 };
    expect(sourceOf(ofImage, modules, settings)).toEqual({ module: undefined, url: undefined });
    expect(sourceOf(ofImage, modules, { ...settings, treeTemplate }).url).toBe(
      'https://github.com/magento/magento2/blob/2.4.4/app/code/AcmeOther/Test/A.xml#L3',
    );
  });
});

describe('a template', () => {
  it.each([
    '{repository}/src/commit/{commit}/{path}#L{line}',
    'https://view.example.com/{project}/{path}',
    'http://127.0.0.1:3000/{path}',
  ])('may be %s', (text) => {
    expect(templateProblem(text)).toBeUndefined();
  });
  it.each([
    'javascript:alert(1)//{path}',
    'file:///{path}',
    '{path}',
    '{repository}.example.com/{path}',
    '{repository}@example.com/{path}',
    'https://user:secret@example.com/{path}',
    'https://{project}/{path}',
    'https://example.com/',
    'https://example.com/{path}/{file}',
    'https://example.com/{path}/{',
    'https://example.com/{path}\n',
    `https://example.com/{path}${'a'.repeat(1000)}`,
    '',
  ])('must not be %j', (text) => {
    expect(templateProblem(text)).toMatch(/^m/);
  });
  it('of a tree has no commit', () => {
    expect(treeTemplateProblem('https://example.com/{commit}/{path}')).toContain('{path}, {line}');
    expect(treeTemplateProblem('{repository}/{path}')).toBeDefined();
    expect(treeTemplateProblem('https://example.com/{path}#{line}')).toBeUndefined();
  });
});
