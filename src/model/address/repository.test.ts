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
    ['ssh would take its host for an option, after a user', 'ssh://git@-oProxyCommand=id/x'],
    ['ssh would take its encoded host for an option', 'ssh://git@%2DoProxyCommand=id/x'],
    ['its user is empty', 'ssh://@host/x'],
    ['its user and password are empty', 'ssh://:@host/x'],
    ['its password is empty', 'ssh://git:@host/x'],
    ['its host has a blank', 'ssh://git@a%20b/x'],
    ['its host has a line break', 'ssh://git@a%0ab/x'],
    ['its user has a blank', 'ssh://g%20it@host/x'],
    ['its path looks like an option', 'ssh://git@host/-x'],
    ['its encoded path looks like an option', 'ssh://git@host/%2Dx'],
    ['its path has a control character', 'ssh://git@host/a%00b'],
    ['its path has a blank', 'ssh://git@host/a%20b'],
    ['it has a blank of Unicode', 'git@host:a\u2028b'],
    ['its host looks like an option', 'https://-x/y.git'],
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
