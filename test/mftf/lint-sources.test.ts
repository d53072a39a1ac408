import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createLintSources, type LintSources } from '../../src/mftf/lint/lint-sources.ts';
import { lintFolders } from '../../src/mftf/lint/lint-task.ts';
import { createThreads, type Threads } from '../../src/threads/threads.ts';
import { localEngine } from '../support/local-engine.ts';

const target = 'app/code/Acme/Shop';

/** Definitions of a tree and a module on this machine, in worker threads. */
describe('the definitions of a tree with a module', () => {
  let folder: string;
  let readers: Threads;
  let thread: Threads;
  let sources: LintSources;
  const container = vi.fn(async () => ({ id: 'here', dispose: async () => {} }));
  const image = { id: 'image', container };

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'matre-lint-sources-'));
    readers = createThreads({ count: 1 });
    thread = createThreads({ count: 1 });
    const deps = { engine: localEngine(), folder: join(folder, 'stored'), readers, thread };
    sources = createLintSources({ ...deps, magentoRoot: join(folder, 'magento') });
    const data = '<entities><entity name="Man" type="t"><data key="name">m</data></entity></entities>';
    write('magento/vendor/acme/base/Test/Mftf/Data/ManData.xml', data);
    write(
      `magento/${target}/Test/Mftf/Test/Old.xml`,
      '<tests><test name="Old"><wait time="1"/></test></tests>',
    );
    mkdirSync(join(folder, 'magento/dev/tests/acceptance/tests'), { recursive: true });
    const test =
      '<tests><test name="New"><see userInput="{{Man.name}} {{Man.age}}" stepKey="s"/></test></tests>';
    write('module/Test/Mftf/Test/New.xml', test);
    write('module/Test/Mftf/Test/Broken.xml', '<tests>');
    const outdated = { fingerprint: '0'.repeat(32), code: 'HARD_SLEEP', path: 'Test/A.xml', message: 'm' };
    write('module/matre-lint.json', JSON.stringify({ version: 1, findings: [outdated] }));
  });
  afterAll(async () => {
    await Promise.all([readers.close(), thread.close()]);
    rmSync(folder, { recursive: true });
  });

  function write(path: string, content: string): void {
    const place = join(folder, path);
    mkdirSync(dirname(place), { recursive: true });
    writeFileSync(place, content);
  }
  const open = () => sources.of(image, [{ id: 'commit', path: join(folder, 'module'), target }]);

  it('answers for the module, which covers what the tree has in its place, and reads each once', async () => {
    const query = { folders: [target], offset: 0, limit: 10 };
    const { findings, rules, ...counts } = await (await open()).ask('check', query);
    expect(findings.map(({ path, code }) => [path.slice(target.length), code])).toEqual([
      ['/Test/Mftf/Test/Broken.xml', 'FILE_INVALID'],
      ['/Test/Mftf/Test/New.xml', 'FIELD_UNKNOWN'],
    ]);
    expect(rules.map(({ code, findings }) => [code, findings])).toEqual([
      ['FILE_INVALID', 1],
      ['FIELD_UNKNOWN', 1],
    ]);
    const baseline = { findings: 1, outdated: 1, problem: null };
    expect(counts).toEqual({ files: 2, treeFiles: 3, total: 2, more: 0, baseline });
    const definitions = await open();
    expect((await definitions.ask('usedBy', { name: 'Man.name' }))?.tests).toEqual(['New']);
    expect(await definitions.ask('complete', { text: 'man', limit: 1 })).toEqual([
      { name: 'Man', kind: 'entity' },
    ]);
    expect(container).toHaveBeenCalledOnce();
  });

  it('reads again what is damaged on the disk', async () => {
    const definitions = await open();
    const stored = readdirSync(join(folder, 'stored')).map((name) => join(folder, 'stored', name));
    for (const path of stored) writeFileSync(path, 'no archive');
    // Another question in between, so that the thread has not the definitions of before.
    await sources.of(image, []).then((other) => other.ask('complete', { text: 'x', limit: 1 }));
    expect(await definitions.ask('complete', { text: 'new', limit: 1 })).toEqual([
      { name: 'New', kind: 'test' },
    ]);
  });

  it('gives the tree to a command that checks a module on another machine', async () => {
    const tree = await sources.tree(image);
    const request = { tree, folder: join(folder, 'module'), target, offset: 0 };
    const result = await readers.run(lintFolders, request, { subject: 'the module', limitMs: 60_000 });
    expect(result.findings.map(({ path, code }) => [path, code])).toEqual([
      ['Test/Mftf/Test/Broken.xml', 'FILE_INVALID'],
      ['Test/Mftf/Test/New.xml', 'FIELD_UNKNOWN'],
    ]);
  });
});
