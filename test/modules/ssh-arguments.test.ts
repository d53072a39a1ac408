import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parseRepositoryAddress } from '../../src/model/address/repository.ts';
import { createGit } from '../../src/modules/git.ts';

// git gives user and host to ssh: a real git, with a program in the place of ssh that writes its arguments.

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'matre-ssh-'));
  const record = `#!/bin/sh\nprintf '%s\\0' "$@" >"${folder}/arguments"\nexit 1\n`;
  writeFileSync(join(folder, 'ssh'), record, { mode: 0o755 });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function sshArguments(repository: string): Promise<string[] | undefined> {
  rmSync(join(folder, 'arguments'), { force: true });
  const git = await createGit({
    folder: join(folder, 'git'),
    source: { kind: 'git', repository, branch: 'main' } as Parameters<typeof createGit>[0]['source'],
    environment: { PATH: `${folder}:${process.env['PATH']}`, HOME: folder },
    signal: new AbortController().signal,
  });
  await git.run(['ls-remote', '--', git.url]).catch(() => {});
  try {
    return readFileSync(join(folder, 'arguments'), 'utf8').split('\0').slice(0, -1);
  } catch {
    return undefined;
  }
}

/** The options that matre or git itself sets. */
const ownOptions = /^-o(?:BatchMode|ConnectTimeout|ServerAliveInterval|ServerAliveCountMax)=\w+$/;

const piece = fc.oneof(
  fc.constantFrom(
    '-',
    '--',
    '-oProxyCommand=id',
    '%2D',
    '%2d',
    '%00',
    '%0a',
    '%20',
    ' ',
    '\t',
    '@',
    ':',
    '/',
    '~',
    '[',
    ']',
    "'",
    '"',
    '$(id)',
    '`id`',
    ';',
    '\\',
    '?',
    '#',
  ),
  fc.stringMatching(/^[a-z0-9.]{1,5}$/),
);
const part = fc.array(piece, { minLength: 0, maxLength: 4 }).map((pieces) => pieces.join(''));
const address = fc.oneof(
  fc.tuple(part, part, part).map(([user, host, path]) => `ssh://${user}@${host}/${path}`),
  fc.tuple(part, part).map(([host, path]) => `ssh://${host}/${path}`),
  fc.tuple(part, part, part).map(([user, host, path]) => `${user}@${host}:${path}`),
);

it('passes an address of ssh on as one destination, never as an option', async () => {
  let started = 0;
  await fc.assert(
    fc.asyncProperty(address, async (text) => {
      const parsed = parseRepositoryAddress(text);
      if (parsed?.protocol !== 'ssh') return;
      const argv = await sshArguments(text);
      if (argv === undefined) return;
      started += 1;
      const port = argv[argv.indexOf('-p') + 1];
      const words = argv.filter(
        (word, index) =>
          !ownOptions.test(word) && !(word === '-p' && /^\d+$/.test(port ?? '')) && argv[index - 1] !== '-p',
      );
      const sent = words.filter((word) => word !== '-o' && word !== 'SendEnv=GIT_PROTOCOL');
      expect(sent).toHaveLength(2);
      expect(sent[0]).toMatch(/^(?:[\w][\w.@+-]*@)?[\w[][\w.:\]-]*$/);
      expect(sent[1]).toMatch(/^git-upload-pack '/);
    }),
    {
      numRuns: 2_000,
      examples: [['ssh://git@-oProxyCommand=id/x'], ['ssh://git@host:22/x'], ['git@host:x']] as [string][],
    },
  );
  // Otherwise the test would prove nothing.
  expect(started).toBeGreaterThan(3);
});
