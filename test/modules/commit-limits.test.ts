import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, afterEach, beforeEach, expect, it } from 'vitest';
import { createModules } from '../../src/modules/modules.ts';
import { createThreads } from '../../src/threads/threads.ts';

const threads = createThreads({ count: 1 });
afterAll(() => threads.close());

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'matre-commit-'));
  git(['init', '--quiet', '--bare', '--initial-branch=main', '.']);
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const git = (argv: string[], input: string | Buffer = '') =>
  execFileSync('git', argv, { cwd: home, input }).toString().trim();

const blobOf = (content: Buffer) => git(['hash-object', '-w', '--stdin'], content);

/** A folder that has the same entry under many names. */
const folderOf = (entry: string, count: number) =>
  git(['mktree'], Array.from({ length: count }, (_, index) => `${entry}\t${index}\n`).join(''));

/** Makes a commit of a folder, and checks it out as matre does. */
async function checkout(tree: string) {
  const author = ['-c', 'user.name=a', '-c', 'user.email=a@example.com'];
  git(['update-ref', 'refs/heads/main', git([...author, 'commit-tree', '-m', 'a', tree])]);
  const settings = { branch: 'main', username: undefined, password: undefined };
  const modules = await createModules({
    folder: join(home, 'modules'),
    source: { kind: 'git', repository: home, ...settings, sshKey: undefined, sshKnownHosts: undefined },
    log: pino({ level: 'silent' }),
    threads,
  });
  try {
    return await modules.checkout((await modules.resolve()).id);
  } finally {
    modules.close();
    expect(readdirSync(join(home, 'modules/drafts'))).toEqual([]);
  }
}

it('a commit of a kilobyte that has billions of files is refused before they are listed in memory', async () => {
  let entry = `100644 blob ${blobOf(Buffer.from('x'))}`;
  for (let depth = 0; depth < 10; depth += 1) entry = `040000 tree ${folderOf(entry, 10)}`;
  await expect(checkout(folderOf(entry, 10))).rejects.toMatchObject({
    code: 'TREE_TOO_LARGE',
  });
});

it('a commit with odd names is checked out', async () => {
  const entry = `100644 blob ${blobOf(Buffer.from('x'))}`;
  const names = ['a\tb', 'a b', '-rf', 'é', '100644 blob 0 9'];
  const path = await checkout(git(['mktree', '-z'], names.map((name) => `${entry}\t${name}\0`).join('')));
  for (const name of names) expect(existsSync(join(path, name))).toBe(true);
});
