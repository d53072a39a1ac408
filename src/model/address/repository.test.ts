import { describe, expect, it } from 'vitest';
import { parseRepositoryAddress } from './repository.ts';

describe('parseRepositoryAddress', () => {
  it.each([
    ['https://git.example.test/team/tests.git', 'https'],
    ['http://127.0.0.1:8080/tests', 'http'],
    ['ssh://git@git.example.test:2222/team/tests.git', 'ssh'],
    ['git@git.example.test:team/tests.git', 'ssh'],
    ['file:///srv/git/tests.git', 'file'],
    ['/srv/git/our tests', 'file'],
  ])('takes %s', (text, protocol) => {
    expect(parseRepositoryAddress(text)).toEqual({
      url: text,
      protocol,
      username: undefined,
      password: undefined,
    });
  });

  it.each([
    ['p%40ss', 'p@ss'],
    ['100%', '100%'],
  ])('takes the credentials team:%s out of an address', (written, password) => {
    expect(parseRepositoryAddress(`https://team:${written}@git.example.test/tests`)).toEqual({
      url: 'https://git.example.test/tests',
      protocol: 'https',
      username: 'team',
      password,
    });
  });

  it.each([
    ['git would take it for an option', '--upload-pack=touch x'],
    ['it runs a command', 'ext::sh -c "touch x"'],
    ['ssh would take its host for an option', 'ssh://-oProxyCommand=touch/x'],
    ['ssh would take its user for an option', 'ssh://-oProxyCommand=touch%20x@host/x'],
    ['ssh takes no password', 'ssh://git:secret@host/x'],
    ['git:// is neither private nor safe', 'git://host/x'],
    ['it is relative', '../tests'],
    ['it has a line break', 'https://host/x\n'],
    ['it has a blank', 'https://host/a b'],
    ['it is a share of another machine', 'file://host/x'],
    ['it is nothing', ''],
  ])('refuses it where %s', (_, text) => {
    expect(parseRepositoryAddress(text)).toBeUndefined();
  });
});
