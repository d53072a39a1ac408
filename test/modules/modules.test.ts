import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ModuleSource } from '../../src/config/config.ts';
import { lockFile } from '../../src/files/file-lock.ts';
import { createModules, type Modules, type ModulesOptions } from '../../src/modules/modules.ts';
import { createThreads } from '../../src/threads/threads.ts';
import { type Child, startChild } from '../support/child.ts';
import {
  createCertificate,
  createRepository,
  type GitServer,
  type SshServer,
  serveHttp,
  serveSsh,
  sshdPath,
} from '../support/git.ts';
import { canMount, mountSmallDisk } from '../support/small-disk.ts';
import { waitFor } from '../support/wait-for.ts';

type GitSource = Extract<ModuleSource, { kind: 'git' }>;

let home: string;
let logText: string;
const openedModules: Modules[] = [];
const threads = createThreads({ count: 1 });
afterAll(() => threads.close());

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'matre-modules-'));
  logText = '';
});
afterEach(() => {
  for (const modules of openedModules.splice(0)) modules.close();
  rmSync(home, { recursive: true, force: true });
});

const gitSource = (repository: string, more: Partial<GitSource> = {}): GitSource => ({
  kind: 'git',
  repository,
  branch: 'main',
  username: undefined,
  password: undefined,
  sshKey: undefined,
  sshKnownHosts: undefined,
  ...more,
});

async function open(
  source: ModuleSource | undefined,
  more: Partial<Pick<ModulesOptions, 'environment' | 'keepUnusedMs' | 'gitLimitMs' | 'checkoutLimits'>> = {},
): Promise<Modules> {
  const write = (line: string) => {
    logText += line;
  };
  const log = pino({ level: 'trace' }, { write });
  const environment = { ...process.env, ...more.environment };
  const modules = await createModules({
    folder: join(home, 'modules'),
    source,
    log,
    threads,
    ...more,
    environment,
  });
  openedModules.push(modules);
  return modules;
}

/** Forces a garbage collection, which happens sooner or later anyway. */
function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
}

/** Every file below a folder with its content. */
function contents(folder: string, below = ''): Record<string, string> {
  const files: Record<string, string> = {};
  for (const entry of readdirSync(join(folder, below), { withFileTypes: true })) {
    const name = join(below, entry.name);
    if (entry.isDirectory()) Object.assign(files, contents(folder, name));
    else if (entry.isFile()) files[name] = readFileSync(join(folder, name), 'utf8');
  }
  return files;
}

const tests = { 'Test/Mftf/Test/ATest.xml': '<tests/>', 'Cron/data/.env.preprod-us': 'A=1\n' };

describe('a repository on this machine', () => {
  it('provides the newest commit of the branch as a read-only folder', async () => {
    const repository = createRepository(join(home, 'shop tests'));
    repository.commit({ ...tests, 'bin/tool': '#!/bin/sh' }, 'First: "quotes" and more\n\nBody');
    chmodSync(join(repository.folder, 'bin/tool'), 0o755);
    const id = repository.commit({}, 'Second: Größe');
    for (const address of [repository.folder, `file://${encodeURI(repository.folder)}`]) {
      const modules = await open(gitSource(address));
      expect(await modules.resolve()).toEqual({ id, subject: 'Second: Größe' });
      const path = await modules.checkout(id);
      expect(path).toBe(join(modules.folder, id));
      expect(contents(path)).toEqual({ ...tests, 'bin/tool': '#!/bin/sh' });
      const mode = (name: string) => (statSync(join(path, name)).mode & 0o777).toString(8);
      expect([mode('Cron/data/.env.preprod-us'), mode('bin/tool'), mode('Cron')]).toEqual([
        '444',
        '555',
        '755',
      ]);
    }
  });

  it.each([
    ['bytes', { maxBytes: 8, maxEntries: 9 }],
    ['files and folders', { maxBytes: 9, maxEntries: 3 }],
  ])('is not checked out with too many %s, nor is a folder copied', async (_, checkoutLimits) => {
    const repository = createRepository(join(home, 'a'));
    const fits = repository.commit({ 'a.xml': '1234', 'b/ü.xml': '1234' });
    const modules = await open(gitSource(repository.folder), { checkoutLimits });
    await modules.checkout(fits);
    const larger = repository.commit({ 'c.xml': '5' });
    const tooLarge = { code: 'TREE_TOO_LARGE', message: expect.stringMatching(/ has more than \d /) };
    await expect(modules.checkout(larger)).rejects.toMatchObject(tooLarge);
    expect(readdirSync(modules.folder)).toEqual([fits]);
    const ofFolder = await open({ kind: 'folder', path: repository.folder }, { checkoutLimits });
    await expect(ofFolder.resolve()).rejects.toMatchObject(tooLarge);
  });

  it('follows the branch; older commits stay unchanged', async () => {
    const repository = createRepository(join(home, 'a'));
    const first = repository.commit({ 'a.xml': '1' });
    const modules = await open(gitSource(repository.folder));
    expect((await modules.resolve()).id).toBe(first);
    const second = repository.commit({ 'a.xml': '2', 'b.xml': '2' });
    expect((await modules.resolve()).id).toBe(second);
    expect(contents(await modules.checkout(second))).toEqual({ 'a.xml': '2', 'b.xml': '2' });
    expect(contents(await modules.checkout(first))).toEqual({ 'a.xml': '1' });
  });

  it('fetches a commit that another machine resolved first, also when the branch was rewritten', async () => {
    const repository = createRepository(join(home, 'a'));
    repository.commit({ 'a.xml': '1' });
    const modules = await open(gitSource(repository.folder));
    await modules.resolve();
    const secondCommit = repository.commit({ 'a.xml': '2' });
    expect(contents(await modules.checkout(secondCommit))).toEqual({ 'a.xml': '2' });
    const orphan = repository.commit({ 'a.xml': '3' });
    repository.git('reset', '--quiet', '--hard', secondCommit);
    repository.commit({ 'a.xml': '4' });
    expect(contents(await modules.checkout(orphan))).toEqual({ 'a.xml': '3' });
  });

  it('lists the commits between two, as far as it has them', async () => {
    const repository = createRepository(join(home, 'a'));
    const first = repository.commit({ 'a.xml': '1' });
    const second = repository.commit({ 'a.xml': '2' }, `Größe ${'x'.repeat(300)}\n\nBody`);
    const third = repository.commit({ 'a.xml': '3' }, 'Third');
    const modules = await open(gitSource(repository.folder));
    expect(await modules.commitRange({ from: first, to: third })).toBeUndefined();
    await modules.resolve();
    const range = await modules.commitRange({ from: first, to: third });
    expect(range).toEqual({
      commits: [
        { id: third, subject: 'Third', author: expect.any(String), at: expect.any(Date) },
        expect.objectContaining({ id: second, subject: `Größe ${'x'.repeat(194)}` }),
      ],
      more: false,
    });
    expect(await modules.commitRange({ from: third, to: third })).toEqual({ commits: [], more: false });
    expect(await modules.commitRange({ from: 'f'.repeat(40), to: third })).toBeUndefined();
    expect(await modules.commitRange({ from: '--all', to: third })).toBeUndefined();
    for (let count = 0; count < 101; count++) repository.commit({ 'a.xml': `more ${count}` }, `${count}`);
    const { id } = await modules.resolve();
    const long = await modules.commitRange({ from: third, to: id });
    expect([long?.commits.length, long?.more, long?.commits[0]?.subject]).toEqual([100, true, '100']);
  });

  it('supports repositories with SHA-256', async () => {
    const repository = createRepository(join(home, 'a'), 'sha256');
    const id = repository.commit(tests);
    expect(id).toHaveLength(64);
    const modules = await open(gitSource(repository.folder));
    expect((await modules.resolve()).id).toBe(id);
    expect(contents(await modules.checkout(id))).toEqual(tests);
  });

  it.runIf(process.getuid?.() === 0)('reads a repository that belongs to another user', async () => {
    const repository = createRepository(join(home, 'a'));
    const id = repository.commit(tests);
    const give = (path: string) => {
      chownSync(path, 65534, 65534);
      if (statSync(path).isDirectory()) for (const name of readdirSync(path)) give(join(path, name));
    };
    give(repository.folder);
    expect((await (await open(gitSource(repository.folder))).resolve()).id).toBe(id);
  });

  it('runs no hooks of the repository or of the user', async () => {
    const repository = createRepository(join(home, 'a'));
    const id = repository.commit(tests);
    const hooks = join(home, 'hooks');
    mkdirSync(hooks);
    for (const hook of ['post-checkout', 'post-merge', 'reference-transaction']) {
      writeFileSync(join(hooks, hook), `#!/bin/sh\ntouch ${join(home, 'hooked')}\n`, { mode: 0o755 });
    }
    writeFileSync(join(home, '.gitconfig'), `[core]\n\thooksPath = ${hooks}\n`);
    const modules = await open(gitSource(repository.folder), { environment: { HOME: home } });
    await modules.resolve();
    await modules.checkout(id);
    expect(existsSync(join(home, 'hooked'))).toBe(false);
  });

  it('recovers from the locks of a git process that was killed', async () => {
    const repository = createRepository(join(home, 'a'));
    repository.commit(tests);
    const modules = await open(gitSource(repository.folder));
    await modules.resolve();
    const [mirror = ''] = readdirSync(join(home, 'modules/git')).filter((name) => name.endsWith('.git'));
    for (const lock of ['refs/heads/main.lock', 'packed-refs.lock', 'shallow.lock']) {
      writeFileSync(join(home, 'modules/git', mirror, lock), '');
    }
    const id = repository.commit({ 'b.xml': '' });
    expect((await modules.resolve()).id).toBe(id);
  });

  it('reports that submodules are not fetched', async () => {
    const repository = createRepository(join(home, 'a'));
    const id = repository.commit({ ...tests, '.gitmodules': '[submodule "x"]\n\tpath = x\n\turl = ./x\n' });
    const modules = await open(gitSource(repository.folder));
    await modules.checkout(id);
    expect(logText).toContain('submodules');
  });
});

it('takes file names that are not UTF-8, from a repository and from a folder', async () => {
  const repository = createRepository(join(home, 'a'));
  const put = (byte: number) =>
    writeFileSync(Buffer.concat([Buffer.from(`${repository.folder}/Caf`), Buffer.from([byte])]), 'x');
  const names = async (modules: Modules, id: string) => readdirSync(await modules.checkout(id), 'latin1');
  put(0xe9);
  const id = repository.commit({ 'a.xml': '1' });
  expect(await names(await open(gitSource(repository.folder)), id)).toEqual(['Caf\u00e9', 'a.xml']);

  const folder = await open({ kind: 'folder', path: repository.folder });
  const first = await folder.resolve();
  expect(await names(folder, first.id)).toEqual(['Caf\u00e9', 'a.xml']);
  rmSync(Buffer.concat([Buffer.from(`${repository.folder}/Caf`), Buffer.from([0xe9])]));
  put(0xe8);
  expect((await folder.resolve()).id).not.toBe(first.id);
});

describe('a source that does not work', () => {
  it.each([
    ['a missing repository', '/nowhere/at/all', 'main', /does not (exist|appear)/],
    ['a missing branch', undefined, 'no-such', /no-such/],
  ])('is reported with the message of git: %s', async (_, address, branch, message) => {
    const repository = createRepository(join(home, 'a'));
    repository.commit(tests);
    const modules = await open(gitSource(address ?? repository.folder, { branch }));
    await expect(modules.resolve()).rejects.toMatchObject({
      code: 'MODULE_CHECKOUT_FAILED',
      message: expect.stringMatching(message),
    });
    // Not stuck: it can be tried again.
    await expect(modules.resolve()).rejects.toMatchObject({ code: 'MODULE_CHECKOUT_FAILED' });
  });

  it('can be a tag, which is no branch to follow', async () => {
    const repository = createRepository(join(home, 'a'));
    repository.commit(tests);
    execFileSync('git', ['tag', 'v1.0'], { cwd: repository.folder });
    const modules = await open(gitSource(repository.folder, { branch: 'v1.0' }));
    await expect(modules.resolve()).rejects.toMatchObject({
      code: 'MODULE_CHECKOUT_FAILED',
      message: expect.stringContaining('v1.0 is a tag'),
    });
  });

  it('can be an unknown commit', async () => {
    const repository = createRepository(join(home, 'a'));
    repository.commit(tests);
    const modules = await open(gitSource(repository.folder));
    await expect(modules.checkout('0123456789'.repeat(4))).rejects.toMatchObject({
      code: 'MODULE_CHECKOUT_FAILED',
    });
    expect(readdirSync(modules.folder)).toEqual([]);
  });

  it.each(['main', '../../etc', '--help', '', 'a'.repeat(39)])('can be the commit id %j', async (id) => {
    const modules = await open(gitSource('/srv/x.git'));
    await expect((async () => modules.checkout(id))()).rejects.toMatchObject({ code: 'INPUT_INVALID' });
  });

  it.each([
    ['an absolute path', '/etc/passwd'],
    ['out of the folder', '../../outside'],
    ['out of the folder through another link', 'up/../../outside'],
  ])('can be a link that leaves the checkout: %s', async (_, target) => {
    const repository = createRepository(join(home, 'a'));
    mkdirSync(join(repository.folder, 'deep/er'), { recursive: true });
    symlinkSync('deep/er', join(repository.folder, 'inside'));
    symlinkSync('..', join(repository.folder, 'deep/up'));
    symlinkSync(target, join(repository.folder, 'deep/link'));
    const id = repository.commit({ 'deep/er/file': 'x' });
    const modules = await open(gitSource(repository.folder));
    await expect(modules.checkout(id)).rejects.toMatchObject({
      code: 'MODULE_INVALID',
      message: expect.stringContaining('deep/link'),
    });
    expect(readdirSync(modules.folder)).toEqual([]);
    expect(readdirSync(join(home, 'modules/drafts'))).toEqual([]);
  });

  it.runIf(canMount)('can be a full disk, reported as such', async () => {
    const repository = createRepository(join(home, 'a'));
    const id = repository.commit({ 'large.xml': randomBytes(500_000).toString('hex') });
    mkdirSync(join(home, 'modules'));
    // Enough for the repository, which is packed, but not for the files as well.
    for (const kilobytes of [200, 900]) {
      const disk = mountSmallDisk(kilobytes, join(home, 'modules'));
      try {
        const modules = await open(gitSource(repository.folder));
        await expect(modules.checkout(id)).rejects.toMatchObject({ code: 'DISK_FULL' });
        expect(readdirSync(modules.folder)).toEqual([]);
      } finally {
        disk.unmount();
      }
    }
  });

  it('can be a missing source, reported with the setting', async () => {
    const modules = await open(undefined);
    await expect(modules.resolve()).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining('MATRE_MODULE_REPOSITORY'),
    });
  });
});

describe('a git server with a password', () => {
  const username = 'team';
  const password = 'p4ss%40 "word"';
  let served: string;
  let server: GitServer;
  let secure: GitServer;
  let certificatePath: string;

  beforeAll(async () => {
    served = mkdtempSync(join(tmpdir(), 'matre-served-'));
    const tls = createCertificate(served);
    certificatePath = tls.certificatePath;
    server = await serveHttp(served, { username, password });
    secure = await serveHttp(served, { username, password, tls });
  });
  afterAll(async () => {
    await server.stop();
    await secure.stop();
    rmSync(served, { recursive: true });
  });

  it('is reached over https with user name and password', async () => {
    const id = createRepository(join(served, 'secure')).commit(tests);
    const environment = { GIT_SSL_CAINFO: certificatePath };
    const modules = await open(gitSource(secure.url('secure'), { username, password }), { environment });
    expect((await modules.resolve()).id).toBe(id);
    expect(contents(await modules.checkout(id))).toEqual(tests);
  });

  it('is refused when its certificate is not trusted', async () => {
    const modules = await open(gitSource(secure.url('secure'), { username, password }));
    await expect(modules.resolve()).rejects.toMatchObject({ message: expect.stringMatching(/certificate/i) });
  });

  it('is reached with credentials in the address', async () => {
    const id = createRepository(join(served, 'address')).commit(tests);
    const address = new URL(server.url('address'));
    address.username = username;
    address.password = encodeURIComponent(password);
    expect((await (await open(gitSource(address.href))).resolve()).id).toBe(id);
  });

  it.each([
    ['none', {}],
    ['wrong ones', { username, password: 'wr0ng-password' }],
  ])('fails at once, without a prompt, when the credentials are %s', async (_, credentials) => {
    createRepository(join(served, 'refused'));
    const modules = await open(gitSource(server.url('refused'), credentials));
    await expect(modules.resolve()).rejects.toMatchObject({
      code: 'MODULE_CHECKOUT_FAILED',
      message: expect.not.stringContaining('wr0ng'),
    });
  });

  it('invariant 10: the password is in no process list, no file and no log', async () => {
    createRepository(join(served, 'slow')).commit(tests);
    const address = new URL(server.url('slow'));
    address.username = username;
    address.password = encodeURIComponent(password);
    server.pause();
    const modules = await open(gitSource(address.href));
    const packs = server.packs();
    const resolving = modules.resolve();
    await waitFor(() => server.packs() > packs);
    const lists = readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map((pid) => {
        try {
          return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
        } catch {
          return '';
        }
      });
    server.release();
    const { id } = await resolving;
    await modules.checkout(id);
    const transfer = lists.filter((line) => line.includes(new URL(server.url('slow')).host));
    expect(transfer.length).toBeGreaterThan(1);
    const places = [...lists, logText, ...Object.values(contents(join(home, 'modules')))].join('\n');
    for (const form of [password, encodeURIComponent(password), Buffer.from(password).toString('base64')]) {
      expect(places).not.toContain(form);
    }
  });

  it('is the only server that gets the password, even when it redirects', async () => {
    createRepository(join(served, 'moved')).commit(tests);
    const receivedHeaders: unknown[] = [];
    const otherServer = createServer((request, response) => {
      receivedHeaders.push(request.headers.authorization);
      response.writeHead(401, { 'www-authenticate': 'Basic realm="git"' }).end();
    }).listen(0, '127.0.0.1');
    const origin = createServer((request, response) => {
      const { port } = otherServer.address() as AddressInfo;
      response.writeHead(302, { location: `http://127.0.0.1:${port}${request.url}` }).end();
    }).listen(0, '127.0.0.1');
    await Promise.all([once(otherServer, 'listening'), once(origin, 'listening')]);
    try {
      const { port } = origin.address() as AddressInfo;
      const modules = await open(gitSource(`http://127.0.0.1:${port}/moved`, { username, password }));
      await expect(modules.resolve()).rejects.toMatchObject({ code: 'MODULE_CHECKOUT_FAILED' });
      expect(receivedHeaders).toEqual([undefined]);
    } finally {
      for (const server of [otherServer, origin]) server.close();
    }
  });

  it('gets one request from sixteen concurrent callers in five processes', async () => {
    const id = createRepository(join(served, 'crowd')).commit(tests);
    const source = gitSource(server.url('crowd'), { username, password });
    const modules = await open(source);
    const principal = new URL('./modules-process.ts', import.meta.url);
    const children: Child[] = Array.from({ length: 4 }, () =>
      startChild(principal, [join(home, 'modules'), JSON.stringify(source)]),
    );
    try {
      await Promise.all(children.map((child) => child.line()));
      // All callers wait for the lock, so that all have asked before the first can fetch.
      const lockName = await mirrorLock(modules);
      const lock = await lockFile(lockName);
      const before = server.advertisements();
      for (const child of children) child.writeLine('resolve');
      const ours = Array.from({ length: 12 }, () => modules.resolve());
      for (const child of children) expect(await child.line()).toBe('asking');
      await waitFor(() => waiters(lockName) === 5);
      lock.release();
      expect(new Set((await Promise.all(ours)).map((commit) => commit.id))).toEqual(new Set([id]));
      for (const child of children) expect(await child.line()).toBe(id);
      // A client without credentials is refused once, which is not counted.
      expect(server.advertisements() - before).toBe(1);

      for (const child of children) child.writeLine(`checkout ${id}`);
      const paths = await Promise.all(children.map(async (child) => (await child.line()) && child.line()));
      expect(new Set(paths)).toEqual(new Set([join(modules.folder, id)]));
      expect(contents(join(modules.folder, id))).toEqual(tests);
    } finally {
      await Promise.all(children.map((child) => child.kill()));
    }
  });

  it('can be fetched from after a process was killed during a fetch', async () => {
    const id = createRepository(join(served, 'killed')).commit(tests);
    const source = gitSource(server.url('killed'), { username, password });
    const child = startChild(new URL('./modules-process.ts', import.meta.url), [
      join(home, 'modules'),
      JSON.stringify(source),
    ]);
    await child.line();
    server.pause();
    const packs = server.packs();
    child.writeLine('resolve');
    await waitFor(() => server.packs() > packs);
    await child.kill();
    const modules = await open(source);
    const resolving = modules.resolve();
    server.release();
    expect((await resolving).id).toBe(id);
    expect(contents(await modules.checkout(id))).toEqual(tests);
  });

  it('keeps no caller waiting after close', async () => {
    createRepository(join(served, 'closed')).commit(tests);
    const modules = await open(gitSource(server.url('closed'), { username, password }));
    const lockName = await mirrorLock(modules);
    const lock = await lockFile(lockName);
    const resolving = modules.resolve();
    await waitFor(() => waiters(lockName) === 1);
    modules.close();
    await expect(resolving).rejects.toMatchObject({ code: 'MODULE_CHECKOUT_FAILED' });
    expect(waiters(lockName)).toBe(0);
    lock.release();
  });

  it('is given up when it takes too long, also after a garbage collection', async () => {
    createRepository(join(served, 'endless')).commit(tests);
    const modules = await open(gitSource(server.url('endless'), { username, password }), {
      gitLimitMs: 2_000,
    });
    server.pause();
    const packs = server.packs();
    const resolving = modules.resolve();
    const outcome = expect(resolving).rejects.toMatchObject({
      code: 'MODULE_CHECKOUT_FAILED',
      message: expect.stringContaining('git was stopped'),
    });
    // On a busy machine the limit may end git before it requests a pack.
    let ended = false;
    const end = () => (ended = true);
    outcome.then(end, end);
    await waitFor(() => ended || server.packs() > packs);
    collectGarbage();
    await outcome;
    server.release();
  });

  /** The path of the lock that a first fetch creates. */
  async function mirrorLock(modules: Modules): Promise<string> {
    await modules.resolve();
    const folder = join(home, 'modules/git');
    return join(folder, readdirSync(folder).find((name) => name.endsWith('.git.lock')) ?? '');
  }

  /** The number of processes that wait for a lock, as listed by the kernel. */
  function waiters(path: string): number {
    const inode = statSync(path).ino;
    return readFileSync('/proc/locks', 'utf8')
      .split('\n')
      .filter((line) => line.includes('->') && line.includes(`:${inode} `)).length;
  }
});

describe.runIf(sshdPath)('a git server over ssh', () => {
  let server: SshServer;
  let folder: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'matre-sshd-'));
    server = await serveSsh(folder);
  });
  afterAll(async () => {
    await server?.stop();
    rmSync(folder, { recursive: true });
  });

  it('is reached with a key whose path has blanks and quotes', async () => {
    const repository = createRepository(join(home, 'a'));
    const id = repository.commit(tests);
    const [sshKey, sshKnownHosts] = [join(home, "team's key"), join(home, 'known; touch hosts')];
    copyFileSync(server.keyPath, sshKey);
    copyFileSync(server.knownHostsPath, sshKnownHosts);
    const modules = await open(gitSource(server.url(repository.folder), { sshKey, sshKnownHosts }));
    expect((await modules.resolve()).id).toBe(id);
    expect(contents(await modules.checkout(id))).toEqual(tests);
  });

  it('fails at once, without a prompt, when the host is unknown', async () => {
    writeFileSync(join(home, 'known'), '');
    const repository = createRepository(join(home, 'a'));
    repository.commit(tests);
    const more = { sshKey: server.keyPath, sshKnownHosts: join(home, 'known') };
    const modules = await open(gitSource(server.url(repository.folder), more));
    await expect(modules.resolve()).rejects.toMatchObject({
      code: 'MODULE_CHECKOUT_FAILED',
      message: expect.stringContaining('Host key verification failed'),
    });
  });
});

describe('a local folder', () => {
  it('is copied unchanged, under an id that is derived from its content', async () => {
    const local = join(home, 'local');
    mkdirSync(join(local, '.git'), { recursive: true });
    mkdirSync(join(local, 'Test'));
    writeFileSync(join(local, '.git/HEAD'), 'ref: x');
    writeFileSync(join(local, '.gitignore'), '.env*');
    writeFileSync(join(local, '.env.preprod-us'), 'A=1');
    writeFileSync(join(local, 'Test/A.xml'), '1');
    const modules = await open({ kind: 'folder', path: local });
    const first = await modules.resolve();
    expect(first).toEqual({ id: expect.stringMatching(/^local-[0-9a-f]{40}$/), subject: 'local folder' });
    expect(await modules.resolve()).toEqual(first);
    writeFileSync(join(local, 'Test/A.xml'), '2');
    const second = await modules.resolve();
    expect(second.id).not.toBe(first.id);
    const expected = { '.gitignore': '.env*', '.env.preprod-us': 'A=1' };
    expect(contents(await modules.checkout(first.id))).toEqual({ ...expected, 'Test/A.xml': '1' });
    expect(contents(await modules.checkout(second.id))).toEqual({ ...expected, 'Test/A.xml': '2' });
    expect(readdirSync(join(home, 'modules/drafts'))).toEqual([]);
  });

  it('may contain the data folder', async () => {
    writeFileSync(join(home, 'A.xml'), '1');
    const modules = await open({ kind: 'folder', path: home });
    const { id } = await modules.resolve();
    expect(contents(await modules.checkout(id))).toEqual({ 'A.xml': '1' });
    expect((await modules.resolve()).id).toBe(id);
  });

  it('is reported by its path when it does not exist', async () => {
    const modules = await open({ kind: 'folder', path: join(home, 'none') });
    await expect(modules.resolve()).rejects.toMatchObject({
      code: 'MODULE_CHECKOUT_FAILED',
      message: expect.stringContaining(join(home, 'none')),
    });
  });
});

describe('invariant 7: a checkout is complete or does not exist', () => {
  it('when the process that creates it is killed', async () => {
    const repository = createRepository(join(home, 'a'));
    const files = Object.fromEntries(
      Array.from({ length: 3000 }, (_, index) => [`Test/${index % 50}/${index}.xml`, `${index}`]),
    );
    const id = repository.commit(files);
    const source = gitSource(repository.folder);
    const modules = await open(source);
    await modules.resolve();
    const drafts = join(home, 'modules/drafts');
    const child = startChild(new URL('./modules-process.ts', import.meta.url), [
      join(home, 'modules'),
      JSON.stringify(source),
    ]);
    await child.line();
    child.writeLine(`checkout ${id}`);
    await waitFor(() => readdirSync(drafts).some((name) => existsSync(join(drafts, name, 'Test'))));
    await child.kill();
    if (existsSync(join(modules.folder, id))) expect(contents(join(modules.folder, id))).toEqual(files);
    expect(contents(await modules.checkout(id))).toEqual(files);
    expect(readdirSync(drafts)).toEqual([]);
  });
});

describe('prune', () => {
  it('removes checkouts that no run needs and that were not used recently', async () => {
    const repository = createRepository(join(home, 'a'));
    const first = repository.commit({ 'a.xml': '1' });
    const second = repository.commit({ 'a.xml': '2' });
    const patient = await open(gitSource(repository.folder));
    for (const id of [first, second]) await patient.checkout(id);
    expect(await patient.prune([])).toEqual([]);

    const modules = await open(gitSource(repository.folder), { keepUnusedMs: 0 });
    expect(await modules.prune([first])).toEqual([second]);
    expect(readdirSync(modules.folder)).toEqual([first]);
    expect(readdirSync(join(home, 'modules/drafts'))).toEqual([]);
    expect(readdirSync(join(home, 'modules/locks'))).toEqual([first]);
    expect(contents(await modules.checkout(second))).toEqual({ 'a.xml': '2' });
  });

  it('keeps a checkout that is being created', async () => {
    const repository = createRepository(join(home, 'a'));
    const id = repository.commit(tests);
    const modules = await open(gitSource(repository.folder), { keepUnusedMs: 0 });
    await modules.checkout(id);
    const lock = await lockFile(join(home, 'modules/locks', id));
    expect(await modules.prune([])).toEqual([]);
    lock.release();
    expect(await modules.prune([])).toEqual([id]);
  });
});
