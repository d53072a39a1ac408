import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { capture } from '../../src/engine/read-all.ts';
import { createSandboxEngine } from '../../src/engine/sandbox/engine.ts';
import { leftovers } from '../../src/engine/supervised.ts';
import { startChild } from '../support/child.ts';
import { magentoRoot, sandboxTestImage } from '../support/image.ts';
import { waitFor } from '../support/wait-for.ts';
import { confinementConformance } from './confinement.ts';
import { engineConformance } from './conformance.ts';
import { openSubject } from './subject.ts';

/** An ordinary user can create no sandbox as root does. */
const testAsRoot = test.skipIf(process.getuid?.() !== 0);

/** The command lines of this machine's processes that have a text; arguments are separated by NUL. */
function programsWith(text: string): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
      } catch {
        // It has ended.
        return '';
      }
    })
    .filter((line) => line.includes(text));
}

describe('sandbox', () => engineConformance('sandbox'));
describe('sandbox confines tests', () => confinementConformance('sandbox'));

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

  test('keeps no process of a sandbox whose start it cannot record', async () => {
    const child = startChild(keeper, [folder, sandboxTestImage()]);
    expect(await child.line()).toBe('up 0');
    await child.kill();
    const engine = createSandboxEngine({ folder });
    await waitFor(async () => (await engine.inspect('kept'))?.state === 'stopped');
    const record = join(folder, 'kept', 'keeper.json');
    rmSync(record);
    mkdirSync(join(record, 'a folder in its place'), { recursive: true });
    await expect(engine.start('kept')).rejects.toMatchObject({ code: 'EISDIR' });
    expect(programsWith('--hostname\0kept\0')).toEqual([]);
  });

  testAsRoot('works for an ordinary user where the system allows user namespaces', async () => {
    const nobody = 65_534;
    chownSync(folder, nobody, nobody);
    const as = { uid: nobody, gid: nobody };
    const allowed = spawnSync('unshare', ['--user', '--mount', 'true'], as).status === 0;
    const child = startChild(keeper, [folder, sandboxTestImage()], { HOME: folder, TMPDIR: folder }, as);
    if (allowed) {
      expect(await child.line()).toBe('up 0');
      child.writeLine('attempt');
      const none = '0000000000000000';
      expect(await child.line()).toBe(`0 done, CapPrm: ${none} CapEff: ${none} NoNewPrivs: 1 `);
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
      chmodSync(folder, 0o755);
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

  testAsRoot('as root: has a user namespace without root of the machine, and no further one', async () => {
    const subject = await openSubject('sandbox');
    try {
      const { id } = await subject.engine.create(await subject.spec());
      const ids = (await capture(subject.engine, id, ['cat', '/proc/self/uid_map', '/proc/self/gid_map']))
        .stdout;
      const outside = ids
        .trim()
        .split('\n')
        .map((line) => Number(line.trim().split(/\s+/)[1]));
      expect(outside).toEqual([70_001, 70_000, 70_001, 70_000]);
      for (const argv of [
        ['unshare', '--user', 'true'],
        ['unshare', '--user', '--map-root-user', 'true'],
      ]) {
        expect((await capture(subject.engine, id, argv)).code).not.toBe(0);
      }
    } finally {
      await subject.close();
    }
  });

  testAsRoot('as root: follows no link that an earlier test left in the place of a tmpfs', async () => {
    const subject = await openSubject('sandbox');
    try {
      const target = `${magentoRoot}/left/generated`;
      const spec = await subject.spec({ tmpfs: [{ target, sizeBytes: 1024 ** 2, mode: 0o700 }] });
      const { id } = await subject.engine.create(spec);
      await subject.stop(id);
      // As a test could have done in its writable folder, with a path of the machine.
      const left = join(subject.folder, spec.name, 'writable', magentoRoot, 'left');
      rmSync(left, { recursive: true });
      symlinkSync(folder, left);
      await expect(subject.engine.start(id)).rejects.toMatchObject({ code: 'ENGINE_FAILED' });
      expect(statSync(folder).uid).toBe(0);
      expect(statSync(folder).mode & 0o777).toBe(0o700);
      expect(readdirSync(folder)).toEqual([]);
    } finally {
      await subject.close();
    }
  });

  test('shows of the settings of the machine only what is no secret', async () => {
    const subject = await openSubject('sandbox');
    try {
      const { id } = await subject.engine.create(await subject.spec());
      const names = (await capture(subject.engine, id, ['ls', '-A', '/etc'])).stdout.trim().split('\n');
      expect(names).toEqual(expect.arrayContaining(['passwd', 'group', 'ld.so.cache']));
      const left = ['shadow', 'gshadow', 'ssh', 'sudoers', 'docker', 'machine-id', 'cron.d', 'fstab'];
      expect(names.filter((name) => left.includes(name))).toEqual([]);
      expect((await capture(subject.engine, id, ['wc', '-l', '/etc/passwd'])).stdout).toMatch(/^1 /);
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
