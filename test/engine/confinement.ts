import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { capture } from '../../src/engine/read-all.ts';
import { dockerTestImage, magentoRoot } from '../support/image.ts';
import { type EngineKind, openSubject, type Subject } from './subject.ts';

/** Perl's `syscall` and `socket` need no module. PTRACE_ATTACH is 16; the numbers of `ptrace` are those of the kernel. */
const ptrace = process.arch === 'arm64' ? 117 : 101;
const perl = (statement: string) => ['perl', '-e', `${statement}; print "done\\n"`];

/** What a hostile test cannot do in a container, for every kind of engine. */
export function confinementConformance(kind: EngineKind): void {
  let subject: Subject;
  let id: string;
  let folder: string;

  beforeAll(async () => {
    subject = await openSubject(kind);
    folder = mkdtempSync(join(tmpdir(), 'matre-host-'));
    const spec = await subject.spec(kind === 'docker' ? { image: await dockerTestImage('', ['perl']) } : {});
    ({ id } = await subject.engine.create(spec));
  });
  afterAll(async () => {
    await subject?.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const run = (argv: string[]) => capture(subject.engine, id, argv);

  test('a test has no capability that it does not need, and can gain none', async () => {
    const status = (await run(['cat', '/proc/self/status'])).stdout;
    const bits = (name: string) => BigInt(`0x${new RegExp(`^${name}:\\s*(\\w+)$`, 'm').exec(status)?.[1]}`);
    expect(status).toMatch(/^NoNewPrivs:\t1$/m);
    // CHOWN 0, DAC_OVERRIDE 1, FOWNER 3, KILL 5, SETGID 6, SETUID 7.
    const allowed = kind === 'docker' ? 0b1110_1011n : 0n;
    expect(bits('CapEff')).toBe(allowed);
    expect(bits('CapPrm')).toBe(allowed);
    if (kind === 'docker') expect(bits('CapBnd')).toBe(allowed);
  });

  test.each([
    ['mount a file system', ['mount', '-t', 'tmpfs', 'none', '/tmp'], /denied|permitted|superuser/i],
    [
      'make its system writable',
      ['mount', '-o', 'remount,rw,bind', '/proc/sys'],
      /denied|permitted|superuser|find/i,
    ],
    ['change its root folder', ['chroot', '/tmp', 'true'], /permitted/i],
    ['create a device', ['mknod', '/tmp/disk', 'b', '8', '0'], /permitted/i],
    ['open a raw socket', perl('socket(S, 2, 3, 1) or die "$!"'), /permitted/i],
    ['open a packet socket', perl('socket(S, 17, 3, 0) or die "$!"'), /permitted/i],
    [
      'change a setting of the kernel',
      ['sh', '-c', 'echo x >/proc/sys/kernel/core_pattern'],
      /denied|read-only/i,
    ],
    ['change its host name', ['hostname', 'other'], /permitted|superuser|must be root/i],
    ['set the clock', ['date', '-s', '2001-01-01'], /permitted/i],
    ['read the memory of the machine', ['cat', '/proc/kcore'], /denied|permitted|no such/i],
  ])('a test cannot %s', async (_what, argv, message) => {
    // Not the exit code: the `date` of busybox exits with 0.
    expect(await run(argv)).toMatchObject({
      stdout: expect.not.stringContaining('done'),
      stderr: expect.stringMatching(message),
    });
  });

  test('a test sees no file of the machine', async () => {
    writeFileSync(join(folder, 'secret'), 'hidden');
    for (const path of [
      join(folder, 'secret'),
      '/etc/shadow',
      '/etc/ssh',
      '/var/lib',
      '/root/.ssh',
      '/run/docker.sock',
    ]) {
      const { stdout } = await run(['cat', path]);
      expect({ path, stdout }).toEqual({ path, stdout: '' });
      expect((await run(['cat', `/proc/1/root/${path}`])).stdout).toBe('');
    }
  });

  test('a test can neither see, trace nor end a process of the machine', async () => {
    const sleeper = spawn('sleep', ['1000'], { stdio: 'ignore' });
    try {
      const { pid } = sleeper;
      expect((await run(['ls', `/proc/${pid}`])).code).not.toBe(0);
      expect((await run(['kill', '-s', 'KILL', String(pid)])).code).not.toBe(0);
      const trace = await run(perl(`syscall(${ptrace}, 16, ${pid}, 0, 0) == 0 or die "$!"`));
      expect(trace).toMatchObject({
        stdout: '',
        stderr: expect.stringMatching(/no such process|permitted/i),
      });
      expect(sleeper.exitCode).toBeNull();
      expect(sleeper.signalCode).toBeNull();
    } finally {
      sleeper.kill('SIGKILL');
      await once(sleeper, 'close');
    }
  });

  test('a test has what it needs: files of its own, /tmp, processes, the loopback', async () => {
    const script = `cd ${magentoRoot} && echo x >mine && chmod 700 mine && mv mine /tmp/ && sleep 1000 & kill $!; id -u`;
    expect(await run(['sh', '-c', script])).toMatchObject({ code: 0, stderr: '' });
    expect((await run(perl('socket(S, 2, 1, 6) or die "$!"'))).stdout).toBe('done\n');
  });
}
