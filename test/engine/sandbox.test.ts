import { spawnSync } from 'node:child_process';
import { chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { capture } from '../../src/engine/read-all.ts';
import { createSandboxEngine } from '../../src/engine/sandbox/engine.ts';
import { leftovers } from '../../src/engine/supervised.ts';
import { startChild } from '../support/child.ts';
import { sandboxTestImage } from '../support/image.ts';
import { waitFor } from '../support/wait-for.ts';
import { engineConformance } from './conformance.ts';
import { openSubject } from './subject.ts';

describe('sandbox', () => engineConformance('sandbox'));

describe('only the sandbox', () => {
  const keeper = new URL('./keeper-process.ts', import.meta.url);
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'matre-sandboxes-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  test('invariant 6: a container ends with the process that created it; another process can start it again', async () => {
    const child = startChild(keeper, [folder, sandboxTestImage()]);
    expect(await child.line()).toBe('up 0');
    const engine = createSandboxEngine({ folder });
    expect((await engine.inspect('kept'))?.state).toBe('running');
    expect(await leftovers(engine, 'kept')).toEqual([{ pid: expect.any(Number), token: 'kept' }]);
    await child.kill();
    await waitFor(async () => (await engine.inspect('kept'))?.state === 'stopped');
    await engine.start('kept');
    expect(await leftovers(engine, 'kept')).toEqual([]);
    expect((await capture(engine, 'kept', ['ls', '/matre/run', '/var/www/html/x'])).stdout).not.toContain(
      'run/x',
    );
    expect((await capture(engine, 'kept', ['test', '-e', '/var/www/html/x'])).code).toBe(0);
    expect(await engine.remove('kept')).toBe(true);
  });

  test('works for an ordinary user where the system allows user namespaces', async () => {
    if (process.getuid?.() !== 0) return;
    const nobody = 65_534;
    chownSync(folder, nobody, nobody);
    const as = { uid: nobody, gid: nobody };
    const allowed = spawnSync('unshare', ['--user', '--mount', 'true'], as).status === 0;
    const child = startChild(keeper, [folder, sandboxTestImage()], { HOME: folder, TMPDIR: folder }, as);
    if (allowed) {
      expect(await child.line()).toBe('up 0');
      child.writeLine('stop');
      expect(await child.line()).toBe('exited true');
    } else {
      expect(await child.exited).not.toBe(0);
    }
    await child.kill();
  });

  test('creates mount points in read-only folders', async () => {
    const subject = await openSubject('sandbox');
    try {
      const target = '/usr/share/matre-test/deep';
      writeFileSync(join(folder, 'file'), 'seen');
      const { id } = await subject.engine.create(
        await subject.spec({ mounts: [{ source: folder, target, readOnly: true }] }),
      );
      expect((await capture(subject.engine, id, ['cat', `${target}/file`])).stdout).toBe('seen');
      expect((await capture(subject.engine, id, ['test', '-d', '/usr/share/doc'])).code).toBe(0);
    } finally {
      await subject.close();
    }
  });

  test('reports what the machine lacks', async () => {
    const path = process.env['PATH'];
    process.env['PATH'] = folder;
    try {
      await expect(createSandboxEngine({ folder }).describe()).rejects.toMatchObject({
        code: 'ENGINE_UNREACHABLE',
        message: expect.stringContaining('bubblewrap'),
      });
    } finally {
      process.env['PATH'] = path;
    }
  });

  test.each(['../x', 'a/b', '.x', ''])('refuses %j as a name', async (name) => {
    const subject = await openSubject('sandbox');
    await expect(subject.engine.create({ ...(await subject.spec()), name })).rejects.toMatchObject({
      code: 'INPUT_INVALID',
    });
    await subject.close();
  });
});
