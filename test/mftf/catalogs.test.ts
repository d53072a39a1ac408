import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Engine } from '../../src/engine/engine.ts';
import type { Logger } from '../../src/log.ts';
import { type Catalogs, createCatalogs } from '../../src/mftf/catalog/catalogs.ts';
import { emptySelection } from '../../src/model/selection.ts';
import { createThreads, type Threads } from '../../src/threads/threads.ts';
import { localEngine } from '../support/local-engine.ts';
import { onEachTurn } from '../support/turns.ts';
import { waitFor } from '../support/wait-for.ts';

const moduleTarget = 'app/code/TestModule';
const xml = (name: string, actions = '') => `<tests><test name="${name}">${actions}</test></tests>`;

/** Catalogs of trees and modules on this machine, in worker threads. */
describe('catalogs in worker threads', () => {
  let folder: string;
  let readers: Threads;
  let thread: Threads;
  let catalogs: Catalogs;
  const warn = vi.fn();
  const container = vi.fn(async () => ({ id: 'here', dispose: async () => {} }));

  beforeAll(() => {
    readers = createThreads({ count: 1 });
    thread = createThreads({ count: 1 });
  });
  afterAll(() => Promise.all([readers.close(), thread.close()]));
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'matre-catalogs-'));
    warn.mockReset();
    container.mockClear();
    catalogs = createCatalogs({
      engine: localEngine(),
      folder: join(folder, 'stored'),
      magentoRoot: join(folder, 'magento'),
      php: 'php',
      readers,
      thread,
      log: { warn } as unknown as Logger,
    });
    write('magento/vendor/acme/shop/Test/Mftf/Test/InTree.xml', xml('InTree'));
    mkdirSync(join(folder, 'magento/app/code'), { recursive: true });
    mkdirSync(join(folder, 'magento/dev/tests/acceptance/tests'), { recursive: true });
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  function write(path: string, content: string): void {
    const place = join(folder, path);
    mkdirSync(dirname(place), { recursive: true });
    writeFileSync(place, content);
  }
  const image = { id: 'image', container };
  const open = (commit: string) =>
    catalogs.of(image, [{ id: commit, path: join(folder, commit), target: moduleTarget }]);
  const testsOf = async (commit: string) => {
    const catalog = await open(commit);
    const { tests } = await catalog.ask('resolve', { ...emptySelection, all: true });
    return tests.map(({ name }) => name);
  };

  it('have the tests of both, and read each once', async () => {
    write('one/Test/Mftf/Test/InModule.xml', xml('InModule'));
    expect(await testsOf('one')).toEqual(['InModule', 'InTree']);
    rmSync(join(folder, 'one'), { recursive: true });
    expect(await testsOf('one')).toEqual(['InModule', 'InTree']);
    expect(container).toHaveBeenCalledOnce();
  });

  it('let the event loop turn while a module with one large file is read', async () => {
    const actions = Array.from(
      { length: 60_000 },
      (_, at) => `<click selector="{{S${at}.a}}" stepKey="s${at}"/>`,
    );
    write('large/Test/Mftf/Test/Large.xml', xml('Large', actions.join('')));
    let turns = 0;
    const stop = onEachTurn(() => {
      turns += 1;
    });
    expect(await testsOf('large')).toContain('Large');
    stop();
    // Without a thread there are about a hundred: those of the file system and of the answers.
    expect(turns).toBeGreaterThan(2_000);
  });

  it('read again what is damaged, and say so', async () => {
    write('two/Test/Mftf/Test/InModule.xml', xml('InModule'));
    await testsOf('two');
    await thread.close();
    thread = createThreads({ count: 1 });
    const stored = join(folder, 'stored');
    for (const name of readdirSync(stored)) writeFileSync(join(stored, name), 'damaged');
    catalogs = createCatalogs({
      ...{ engine: localEngine(), folder: stored, magentoRoot: join(folder, 'magento') },
      ...{ php: 'php', readers, thread, log: { warn } as unknown as Logger },
    });
    expect(await testsOf('two')).toEqual(['InModule', 'InTree']);
    expect(warn).toHaveBeenCalledTimes(2);
  });

  it('keep what is stored of the newest 32 commits', async () => {
    write('commit0/Test/Mftf/Test/InModule.xml', xml('InModule'));
    await testsOf('commit0');
    const stored = join(folder, 'stored');
    const modules = () => readdirSync(stored).filter((name) => name.startsWith('module-'));
    for (let commit = 1; commit <= 40; commit += 1) {
      const path = join(stored, `module-${commit}.txt`);
      writeFileSync(path, '');
      utimesSync(path, commit, commit);
    }
    write('commit1/Test/Mftf/Test/InModule.xml', xml('InModule'));
    expect(await testsOf('commit1')).toEqual(['InModule', 'InTree']);
    expect(modules()).toHaveLength(32);
    expect(await testsOf('commit0')).toEqual(['InModule', 'InTree']);
  });

  it('name the file and the line that MFTF cannot read', async () => {
    write('broken/Test/Mftf/Test/Broken.xml', '<tests>\n<test name="Broken">');
    await expect(open('broken')).rejects.toMatchObject({
      code: 'MODULE_INVALID',
      message: expect.stringContaining(`${moduleTarget}/Test/Mftf/Test/Broken.xml:2`),
    });
  });

  it('name the file that exceeds a limit', async () => {
    write('vast/Test/Mftf/Test/Vast.xml', ' '.repeat(16 * 1024 * 1024 + 1));
    await expect(open('vast')).rejects.toMatchObject({
      code: 'TREE_TOO_LARGE',
      message: `${moduleTarget}/Test/Mftf/Test/Vast.xml has 16777217 bytes, and a file may have 16777216.`,
    });
  });

  it('name the file of the image that exceeds a limit', async () => {
    write('magento/vendor/acme/shop/Test/Mftf/Data/VastData.xml', ' '.repeat(16 * 1024 * 1024 + 1));
    write('three/Test/Mftf/Test/InModule.xml', xml('InModule'));
    await expect(open('three')).rejects.toMatchObject({
      code: 'TREE_TOO_LARGE',
      message: expect.stringContaining('vendor/acme/shop/Test/Mftf/Data/VastData.xml has 16777217 bytes'),
    });
  });

  it('are not waited for without end when a container does not answer', async () => {
    const dispose = vi.fn(async () => {});
    const stdout = new PassThrough();
    const exec = async () => ({
      stdin: undefined,
      stdout,
      stderr: new PassThrough(),
      ended: new Promise(() => {}),
    });
    const { of } = createCatalogs({
      ...{
        engine: { exec } as unknown as Engine,
        folder: join(folder, 'stored'),
        magentoRoot: '/',
      },
      ...{ php: 'php', readers, thread, log: { warn } as unknown as Logger, limitMs: 100 },
    });
    const silent = { id: 'silent', container: async () => ({ id: 'silent', dispose }) };
    await expect(of(silent, [{ id: 'commit', path: folder, target: moduleTarget }])).rejects.toMatchObject({
      code: 'TREE_TIMEOUT',
      message: 'Reading the Magento tree of the image silent took longer than 0.1 s.',
    });
    expect(dispose).toHaveBeenCalledOnce();
    // The output of the process is not read any more.
    await waitFor(() => stdout.destroyed);
  });

  it('complete names, list tests, and say which tests are in groups', async () => {
    const annotations = '<annotations><group value="smoke"/><title value="A title"/></annotations>';
    write('lists/Test/Mftf/Test/InModule.xml', xml('InModule', annotations));
    const catalog = await open('lists');
    expect(await catalog.ask('complete', { text: 'smo', limit: 5, of: 'tests' })).toEqual([
      { kind: 'group', name: 'smoke', tests: 1, title: null },
    ]);
    expect(await catalog.ask('complete', { text: 'ACME_', limit: 5, of: 'modules' })).toEqual([
      { kind: 'module', name: 'Acme_shop', tests: 1, title: null },
    ]);
    expect(await catalog.ask('list', { search: 'a TITLE' })).toMatchObject({ tests: [{ name: 'InModule' }] });
    const tests = ['InModule', 'InTree', 'Unknown'];
    expect(await catalog.ask('inGroups', { tests, groups: ['smoke'] })).toEqual(['InModule']);
  });
});
