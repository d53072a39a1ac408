import { createHash, randomUUID } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { getFiles, putFiles } from '../../src/engine/archive.ts';
import type { ContainerInfo, ContainerSpec, Engine, Exec } from '../../src/engine/engine.ts';
import { capture } from '../../src/engine/read-all.ts';
import {
  clearLeftovers,
  journalPath,
  leftovers,
  readClock,
  type Supervised,
  superviseExec,
} from '../../src/engine/supervised.ts';
import { Fault, type FaultCode } from '../../src/faults/fault.ts';
import { startChild } from '../support/child.ts';
import { imageFile, magentoRoot } from '../support/image.ts';
import { waitFor } from '../support/wait-for.ts';
import { type EngineKind, openSubject, type Subject } from './subject.ts';

const mebibyte = 1024 ** 2;
const caller = new URL('./exec-process.ts', import.meta.url);

/** The behaviour of container engines, for every kind of engine. */
export function engineConformance(kind: EngineKind): void {
  let subject: Subject;
  /** For tests that do not change the container. */
  let shared: ContainerInfo;

  const make = async (changes: Partial<ContainerSpec> = {}) =>
    subject.engine.create(await subject.spec(changes));
  const say = async (container: string, ...argv: string[]) => {
    const { code, stdout, stderr } = await capture(subject.engine, container, argv);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    return stdout;
  };
  const tmpfs = (target: string, sizeBytes = mebibyte, mode = 0o700) => ({ target, sizeBytes, mode });
  const output = async (exec: Pick<Exec | Supervised, 'stdout' | 'stderr' | 'ended'>) => {
    const [stdout, stderr] = await Promise.all([text(exec.stdout), text(exec.stderr)]);
    return { stdout, stderr, end: await exec.ended };
  };

  /**
   * A process tree whose processes can be found by `mark`, without the supervisor: one of them is in another session.
   */
  const tree = (mark: string) => [
    'sh',
    '-c',
    `sleep ${mark} & setsid sh -c "trap : TERM; while :; do sleep ${mark}; done" & echo up; wait`,
  ];
  const newMark = () => String(100_000 + Math.floor(Math.random() * 900_000));
  const alive = async (container: string, mark: string) => {
    const look =
      'for f in /proc/[0-9]*; do case "$(tr "\\0" " " <$f/cmdline 2>/dev/null)" in "sleep $1 "*) echo "$f";; esac; done';
    const { stdout } = await capture(subject.engine, container, ['sh', '-c', look, 'sh', mark]);
    return stdout.split('\n').filter((line) => line !== '').length;
  };

  beforeAll(async () => {
    subject = await openSubject(kind);
    shared = await make({
      env: { COLOUR: 'blue' },
      labels: { 'matre.test': 'shared' },
      tmpfs: [
        tmpfs(`${magentoRoot}/dev/tests/acceptance/tests/functional/Magento/_generated`),
        tmpfs('/matre/run'),
      ],
    });
  });
  afterAll(async () => {
    await subject?.close();
  });

  describe('containers', () => {
    test('are provided by an engine that describes itself', async () => {
      expect(await subject.engine.describe()).toMatch(/\d/);
      const identity = await subject.engine.identity();
      expect(identity).toMatch(/^\S+ \([0-9a-f]{8}\)$/);
      expect(await subject.engine.identity()).toBe(identity);
    });

    test('are created with name, labels, image and mounts', async () => {
      const inspected = await subject.engine.inspect(shared.name);
      expect(inspected).toEqual(shared);
      expect(inspected).toMatchObject({
        state: 'running',
        image: await subject.image(),
        imageId: await subject.engine.imageId(await subject.image()),
        labels: { 'matre.test': 'shared' },
      });
      expect(inspected?.mounts).toContainEqual({
        type: 'tmpfs',
        source: undefined,
        target: `${magentoRoot}/dev/tests/acceptance/tests/functional/Magento/_generated`,
        readOnly: false,
      });
      expect(await subject.engine.inspect(shared.id)).toEqual(inspected);
      expect(await say(shared.id, 'cat', imageFile.path)).toBe(imageFile.content);
    });

    test('are not found under an unused name', async () => {
      expect(await subject.engine.inspect('matre-nobody')).toBeUndefined();
      expect(await subject.engine.remove('matre-nobody')).toBe(false);
    });

    test('are listed by all given labels', async () => {
      const mark = randomUUID();
      const one = await make({ labels: { mark, number: '1' } });
      const two = await make({ labels: { mark, number: '2' } });
      const names = async (labels: Record<string, string>) =>
        (await subject.engine.list(labels)).map(({ name }) => name).sort();
      expect(await names({ mark })).toEqual([one.name, two.name].sort());
      expect(await names({ mark, number: '2' })).toEqual([two.name]);
      expect(await names({ mark, number: '3' })).toEqual([]);
    });

    test('are listed as they are inspected', async () => {
      const mark = randomUUID();
      const created = await make({ labels: { mark }, tmpfs: [tmpfs('/matre/run')] });
      const { startedAt: _startedAt, createdAt, ...rest } = created;
      const [listed] = await subject.engine.list({ mark });
      expect(listed).toMatchObject(rest);
      expect(Math.abs((listed?.createdAt.getTime() ?? 0) - createdAt.getTime())).toBeLessThanOrEqual(1_000);
    });

    test('can be found and used by another engine object', async () => {
      const other = subject.another();
      const inspected = await other.inspect(shared.name);
      expect(inspected?.id).toBe(shared.id);
      expect((await capture(other, shared.id, ['echo', 'hello'])).stdout).toBe('hello\n');
    });

    test('are refused under a name in use, and the container with that name stays unchanged', async () => {
      const spec = await subject.spec({ name: shared.name });
      await expectFault(subject.engine.create(spec), 'CONTAINER_NAME_TAKEN');
      expect(await subject.engine.inspect(shared.name)).toEqual(shared);
    });

    test('give a name to exactly one of several concurrent creations', async () => {
      const spec = await subject.spec();
      const outcomes = await Promise.allSettled([1, 2, 3, 4].map(() => subject.engine.create(spec)));
      const refused = outcomes.filter((outcome) => outcome.status === 'rejected');
      expect(refused.map(({ reason }) => reason.code)).toEqual(Array(3).fill('CONTAINER_NAME_TAKEN'));
      expect((await capture(subject.engine, spec.name, ['true'])).code).toBe(0);
    });

    test('report a missing image', async () => {
      await expectFault(subject.engine.imageId(subject.missingImage), 'IMAGE_MISSING');
      const spec = await subject.spec({ image: subject.missingImage });
      await expectFault(subject.engine.create(spec), 'IMAGE_MISSING');
      expect(await subject.engine.inspect(spec.name)).toBeUndefined();
    });

    test('leave nothing behind when they cannot be started', async () => {
      const spec = await subject.spec({
        mounts: [{ source: '/no/such/source', target: '/matre/modules', readOnly: true }],
      });
      await expectFault(subject.engine.create(spec), 'ENGINE_FAILED');
      expect(await subject.engine.inspect(spec.name)).toBeUndefined();
    });

    test('can be removed and created again under the same name', async () => {
      const spec = await subject.spec();
      const first = await subject.engine.create(spec);
      await say(first.id, 'touch', `${magentoRoot}/mine`);
      expect(await subject.engine.remove(spec.name)).toBe(true);
      expect(await subject.engine.inspect(first.id)).toBeUndefined();
      await expectFault(subject.engine.exec(first.id, { argv: ['true'] }), 'CONTAINER_VANISHED');
      const second = await subject.engine.create(spec);
      expect(second.id).not.toBe(first.id);
      expect((await capture(subject.engine, second.id, ['test', '-e', `${magentoRoot}/mine`])).code).toBe(1);
    });

    test('do not see the files of one another', async () => {
      const [one, two] = await Promise.all([make(), make()]);
      await say(one.id, 'sh', '-c', `echo one >${magentoRoot}/who; echo one >/tmp/who`);
      await say(two.id, 'sh', '-c', `echo two >${magentoRoot}/who; echo two >/tmp/who`);
      expect(await say(one.id, 'cat', `${magentoRoot}/who`, '/tmp/who')).toBe('one\none\n');
      expect(await say(two.id, 'cat', `${magentoRoot}/who`, '/tmp/who')).toBe('two\ntwo\n');
    });

    test('resolve extra hosts', async () => {
      const { id } = await make({ extraHosts: ['shop.test:127.0.0.9', 'gate.test:host-gateway'] });
      const hosts = await say(id, 'cat', '/etc/hosts');
      expect(hosts).toMatch(/^127\.0\.0\.9\s+shop\.test$/m);
      expect(hosts).toMatch(/^[\d.]+\s+gate\.test$/m);
    });
  });

  describe('mounts', () => {
    test('show a folder of the host and later changes in it; read-only is enforced', async () => {
      const folder = mkdtempSync(join(tmpdir(), 'matre-mount-'));
      try {
        // Tests have another user than root of this machine.
        chmodSync(folder, 0o755);
        const target = '/matre/modules';
        const { id, mounts } = await make({ mounts: [{ source: folder, target, readOnly: true }] });
        expect(mounts).toContainEqual({ type: 'bind', source: folder, target, readOnly: true });
        mkdirSync(join(folder, 'new'));
        writeFileSync(join(folder, 'new', 'file'), 'seen');
        expect(await say(id, 'cat', `${target}/new/file`)).toBe('seen');
        const { code, stderr } = await capture(subject.engine, id, ['touch', `${target}/x`]);
        expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('Read-only') });
      } finally {
        rmSync(folder, { recursive: true });
      }
    });

    test('give a tmpfs the requested size and mode', async () => {
      const target = '/matre/run';
      const { id } = await make({ tmpfs: [tmpfs(target, 2 * mebibyte, 0o710)] });
      const line = (await say(id, 'cat', '/proc/mounts')).split('\n').find((each) => each.includes(target));
      expect(line).toMatch(/^tmpfs \/matre\/run tmpfs rw.*size=2048k/);
      expect(await say(id, 'stat', '-c', '%a', target)).toBe('710\n');
    });

    test('report a full tmpfs, and the container stays usable', async () => {
      const { id } = await make({ tmpfs: [tmpfs('/matre/run')] });
      const big = [{ path: 'big', content: Buffer.alloc(2 * mebibyte) }];
      await expectFault(putFiles(subject.engine, id, '/matre/run', big), 'DISK_FULL');
      await say(id, 'rm', '-f', '/matre/run/big');
      await putFiles(subject.engine, id, '/matre/run', [{ path: 'small', content: 'x' }]);
      expect(await say(id, 'cat', '/matre/run/small')).toBe('x');
    });

    test('are there after a restart, with an empty tmpfs and the files of the container', async () => {
      const { id } = await make({ tmpfs: [tmpfs('/matre/run')] });
      await say(id, 'touch', '/matre/run/gone', `${magentoRoot}/kept`);
      await subject.stop(id);
      expect((await subject.engine.inspect(id))?.state).toBe('stopped');
      await expectFault(subject.engine.exec(id, { argv: ['true'] }), 'CONTAINER_VANISHED');
      await subject.engine.start(id);
      await subject.engine.start(id);
      expect((await subject.engine.inspect(id))?.state).toBe('running');
      expect(await say(id, 'ls', '/matre/run')).toBe('');
      await say(id, 'test', '-e', `${magentoRoot}/kept`);
    });
  });

  describe('exec', () => {
    test('returns both outputs and the exit code', async () => {
      const exec = await subject.engine.exec(shared.id, {
        argv: ['sh', '-c', 'echo out; echo err >&2; exit 7'],
      });
      expect(await output(exec)).toEqual({
        stdout: 'out\n',
        stderr: 'err\n',
        end: { kind: 'exited', code: 7, outOfMemory: false },
      });
    });

    test('passes arguments, folder and variables on unchanged', async () => {
      const { stdout } = await capture(
        subject.engine,
        shared.id,
        ['sh', '-c', 'printf "<%s>" "$PWD" "$COLOUR" "$SIZE" "$@"', 'sh', 'a b', '$HOME', '*', '', "'"],
        { cwd: magentoRoot, env: { SIZE: 'big one' } },
      );
      expect(stdout).toBe(`<${magentoRoot}><blue><big one><a b><$HOME><*><><'>`);
    });

    test('returns 127 for a command that does not exist', async () => {
      const { code } = await capture(subject.engine, shared.id, ['no-such-command']);
      expect(code).toBeGreaterThanOrEqual(126);
    });

    test('reads standard input to its end, or nothing', async () => {
      const exec = await subject.engine.exec(shared.id, { argv: ['cat'], stdin: true });
      exec.stdin?.end('from outside');
      expect((await output(exec)).stdout).toBe('from outside');
      const without = await subject.engine.exec(shared.id, { argv: ['cat'] });
      expect(without.stdin).toBeUndefined();
      expect((await output(without)).stdout).toBe('');
    });

    test('streams output while the process runs', async () => {
      const argv = ['sh', '-c', 'echo ready; read line; echo "got $line"'];
      const exec = await subject.engine.exec(shared.id, { argv, stdin: true });
      let printed = '';
      exec.stdout.on('data', (piece) => {
        printed += piece;
      });
      exec.stderr.resume();
      await waitFor(() => printed === 'ready\n');
      exec.stdin?.write('it\n');
      expect(await exec.ended).toEqual({ kind: 'exited', code: 0, outOfMemory: false });
      await waitFor(() => printed === 'ready\ngot it\n');
      exec.stdin?.end();
    });

    test('ends with its process, even though a background child holds the output', async () => {
      const exec = await subject.engine.exec(shared.id, {
        argv: ['sh', '-c', 'sleep 1000 & echo out; exit 3'],
      });
      expect(await output(exec)).toEqual({
        stdout: 'out\n',
        stderr: '',
        end: { kind: 'exited', code: 3, outOfMemory: false },
      });
    });

    test('transfers 50 MB without loss, at the pace of its reader', async () => {
      const size = 50 * mebibyte;
      const make = 'for i in $(seq 50); do yes 0123456789abcde | head -c 1048576; echo $i >&2; done';
      const exec = await subject.engine.exec(shared.id, { argv: ['sh', '-c', make] });
      let created = 0;
      exec.stderr.on('data', (piece: Buffer) => {
        created += piece.toString().split('\n').length - 1;
      });
      const hash = createHash('sha256');
      let bytes = 0;
      let lead = 0;
      for await (const piece of exec.stdout as AsyncIterable<Buffer>) {
        hash.update(piece);
        bytes += piece.length;
        lead = Math.max(lead, created - bytes / mebibyte);
        // With a slow reader the producer has time to run ahead.
        if (bytes % (4 * mebibyte) < piece.length) await new Promise((resolve) => setTimeout(resolve, 20));
      }
      expect(await exec.ended).toEqual({ kind: 'exited', code: 0, outOfMemory: false });
      expect(bytes).toBe(size);
      expect(hash.digest('hex')).toBe(sha256('0123456789abcde\n'.repeat(size / 16)));
      expect(created).toBe(50);
      // Output that is produced and not read yet is buffered in pipes and sockets, which are smaller on any machine. In
      // memory there would be up to 50 MB.
      expect(lead).toBeLessThan(4);
    });

    test('invariant 9: distinguishes an out-of-memory kill from an exit code', async () => {
      const { id } = await make({ memoryBytes: 64 * mebibyte });
      const memoryCommand = ['dd', 'if=/dev/zero', 'of=/dev/null', 'bs=150M', 'count=1000'];
      const exec = await subject.engine.exec(id, {
        argv: ['sh', '-c', `${memoryCommand.join(' ')}; exit 1`],
      });
      const { end } = await output(exec);
      expect(end).toMatchObject({ kind: 'exited', outOfMemory: true });
      expect(await subject.engine.inspect(id)).toMatchObject({ state: 'running' });
      const killed = await subject.engine.exec(id, { argv: ['sh', '-c', 'kill -s KILL $$'] });
      expect((await output(killed)).end).toEqual({ kind: 'exited', code: 137, outOfMemory: false });
      const execution = capture(subject.engine, id, memoryCommand);
      await expectFault(execution, 'OUT_OF_MEMORY');
    });

    test.each(['removed', 'stopped'])(
      'invariant 9: the end of a process is unknown when its container was %s',
      async (how) => {
        const { id } = await make();
        const exec = await subject.engine.exec(id, { argv: ['sh', '-c', 'echo up; sleep 1000'] });
        const printed = output(exec);
        if (how === 'removed') await subject.engine.remove(id);
        else await subject.stop(id);
        expect((await printed).end).toMatchObject({ kind: 'unknown' });
      },
    );
  });

  describe('supervised', () => {
    const supervise = (container: string, token: string, argv: string[], options = {}) =>
      superviseExec(
        subject.engine,
        container,
        { argv },
        { token, beatMs: 200, limitMs: 60_000, graceMs: 1_000, ...options },
      );

    test('passes outputs, exit code, folder and variables, and writes the journal', async () => {
      const token = `t${randomUUID()}`;
      const { stdout, stderr, ended } = await superviseExec(
        subject.engine,
        shared.id,
        { argv: ['sh', '-c', 'echo "$PWD $SIZE"; exit 5'], cwd: magentoRoot, env: { SIZE: 'big' } },
        { token },
      );
      expect(await output({ stdout, stderr, ended })).toEqual({
        stdout: `${magentoRoot} big\n`,
        stderr: '',
        end: { kind: 'exited', code: 5, outOfMemory: false },
      });
      const lines = (await say(shared.id, 'cat', journalPath))
        .split('\n')
        .filter((line) => line.includes(token))
        .map((line) => line.split(' '));
      expect(lines.map(([word, , , detail]) => [word, detail])).toEqual([
        ['start', ''],
        ['end', '5'],
      ]);
      expect(Number(lines[1]?.[2])).toBeGreaterThanOrEqual(Number(lines[0]?.[2]));
    });

    test('refuses a token that could be confused with other text', async () => {
      await expectFault(supervise(shared.id, 'a b', ['true']), 'INPUT_INVALID');
    });

    test('invariant 6: runs while its caller sends heartbeats, and a cancel ends the whole process tree', async () => {
      const mark = newMark();
      const cancel = new AbortController();
      // Forty heartbeats fit into the limit: a busy machine may delay all but one of them.
      const limits = { limitMs: 8_000, signal: cancel.signal };
      const run = await supervise(shared.id, `t${mark}`, tree(mark), limits);
      const printed = output(run);
      await waitFor(async () => (await alive(shared.id, mark)) === 2);
      // Longer than the limit: heartbeats keep it alive.
      await say(shared.id, 'sleep', '10');
      expect(await alive(shared.id, mark)).toBe(2);
      expect((await leftovers(subject.engine, shared.id)).map(({ token }) => token)).toContain(`t${mark}`);
      cancel.abort();
      expect((await printed).end).toMatchObject({ kind: 'exited' });
      expect(await alive(shared.id, mark)).toBe(0);
      const second = supervise(shared.id, 't', ['true'], { signal: cancel.signal });
      await expect(second).rejects.toBe(cancel.signal.reason);
    });

    test('invariant 6: processes end when their caller is killed', async () => {
      const mark = newMark();
      const child = startChild(caller, [
        kind,
        subject.folder,
        shared.id,
        `t${mark}`,
        '3600000',
        ...tree(mark),
      ]);
      expect(await child.line()).toBe('up');
      expect(await alive(shared.id, mark)).toBe(2);
      await child.kill();
      await waitFor(async () => (await alive(shared.id, mark)) === 0);
    });

    test('invariant 6: processes end when their caller hangs', async () => {
      const mark = newMark();
      const child = startChild(caller, [kind, subject.folder, shared.id, `t${mark}`, '8000', ...tree(mark)]);
      try {
        expect(await child.line()).toBe('up');
        child.signal('SIGSTOP');
        await waitFor(async () => (await alive(shared.id, mark)) === 0);
        child.signal('SIGCONT');
        expect(await child.line()).toMatch(/^ended {"kind":"exited","code":[1-9]/);
      } finally {
        await child.kill();
      }
    });

    test('invariant 1: a process tree does not outlive its deadline, even though its caller sends heartbeats', async () => {
      const mark = newMark();
      const clock = await readClock(subject.engine, shared.id);
      // Long enough for a start on a busy machine; then the heartbeats bring an earlier deadline.
      let end = performance.now() + 3_600_000;
      const deadline = { until: () => end, clock };
      const run = await supervise(shared.id, `t${mark}`, tree(mark), { fence: 1, deadline });
      const printed = output(run);
      await waitFor(async () => (await alive(shared.id, mark)) === 2);
      end = performance.now() + 1_000;
      expect((await printed).end).toMatchObject({ kind: 'exited', code: 137 });
      expect(performance.now()).toBeGreaterThan(end);
      expect(await alive(shared.id, mark)).toBe(0);
      const late = await supervise(shared.id, `t${mark}`, ['echo', 'ran'], { fence: 1, deadline });
      expect(await output(late)).toMatchObject({ stdout: '', end: { kind: 'exited', code: 75 } });
    });

    test('invariant 1: an unobserved end is reported when no process runs any more', async () => {
      const { id } = await make();
      const clock = await readClock(subject.engine, id);
      let end = performance.now() + 3_600_000;
      const deadline = { until: () => end, clock };
      let mark = newMark();
      const lost = { kind: 'unknown', message: 'the engine does not answer' } as const;
      /** Loses the connection to a process as soon as it runs and `then` has resolved. */
      const losing = (then: () => Promise<unknown>): Engine => ({
        ...subject.engine,
        async exec(container, request) {
          const exec = await subject.engine.exec(container, request);
          if (request.argv[2] !== 'run') return exec;
          const running = waitFor(async () => (await alive(id, mark)) === 2);
          return { ...exec, ended: running.then(then).then(() => lost) };
        },
      });
      const options = () => ({ token: `t${mark}`, fence: 1, deadline, beatMs: 200, limitMs: 3_600_000 });
      const run = await superviseExec(
        losing(async () => {}),
        id,
        { argv: tree(mark) },
        options(),
      );
      expect(await run.ended).toEqual(lost);
      expect(await alive(id, mark)).toBe(0);

      // The supervisor that was lost may still be killing by its token, so, as with the next attempt of a run, this is another.
      mark = newMark();
      // Without any answer of the engine the last deadline counts. A heartbeat brings it to the supervisor.
      const shorten = async () => {
        end = performance.now() + 5_000;
        const stored = ['sh', '-c', 'cat /opt/matre/until.*'];
        await waitFor(async () => {
          const { stdout } = await capture(subject.engine, id, stored);
          return Number(stdout) === clock(end) || (await alive(id, mark)) === 0;
        });
      };
      const silentEngine: Engine = { ...losing(shorten), inspect: () => new Promise(() => {}) };
      const lostExec = await superviseExec(silentEngine, id, { argv: tree(mark) }, options());
      expect(await lostExec.ended).toEqual(lost);
      expect(performance.now()).toBeGreaterThan(end);
      expect(await alive(id, mark)).toBe(0);
    });

    test('finds leftover processes of an earlier run, and ends them', async () => {
      const { id } = await make();
      const mark = newMark();
      // As if its supervisor had been killed together with everything that watched it.
      const env = { MATRE_EXEC: `:old-${mark}:` };
      const argv = ['sh', '-c', `setsid sleep ${mark} >/dev/null 2>&1 & exit 0`];
      await capture(subject.engine, id, argv, { env });
      await waitFor(async () => (await alive(id, mark)) === 1);
      const inspected = await leftovers(subject.engine, id);
      expect(inspected).toEqual([{ pid: expect.any(Number), token: `old-${mark}` }]);
      expect(await clearLeftovers(subject.engine, id, 'another')).toBe(true);
      expect(await alive(id, mark)).toBe(1);
      expect(await clearLeftovers(subject.engine, id)).toBe(true);
      expect(await leftovers(subject.engine, id)).toEqual([]);
      expect(await alive(id, mark)).toBe(0);
    });
  });

  describe('files', () => {
    test('are copied in and out unchanged, also through a tmpfs', async () => {
      const dir = '/matre/run/in';
      const bytes = Buffer.from(Array.from({ length: 70_000 }, (_, index) => index % 251));
      await putFiles(subject.engine, shared.id, dir, [
        { path: 'a.txt', content: 'text' },
        { path: 'deep/er/b.bin', content: bytes, mode: 0o600 },
        { path: 'deep/empty', content: '' },
      ]);
      const out = new Map<string, { mode: number; content: Buffer }>();
      for await (const file of getFiles(subject.engine, shared.id, { dir, paths: ['a.txt', 'deep'] })) {
        out.set(file.path, { mode: file.mode, content: await readAll(file.content) });
      }
      expect(out.get('a.txt')).toEqual({ mode: 0o644, content: Buffer.from('text') });
      expect(out.get('deep/er/b.bin')?.mode).toBe(0o600);
      expect(out.get('deep/er/b.bin')?.content.equals(bytes)).toBe(true);
      expect(out.get('deep/empty')?.content.length).toBe(0);
      expect(out.size).toBe(3);
    });

    test('cannot leave their folder', async () => {
      for (const path of ['../x', '/etc/x', 'a/../../x', '']) {
        const putting = putFiles(subject.engine, shared.id, '/tmp', [{ path, content: 'x' }]);
        await expectFault(putting, 'PATH_OUTSIDE');
        await expectFault(collect(subject, shared.id, '/tmp', [path]), 'PATH_OUTSIDE');
      }
      await expectFault(putFiles(subject.engine, shared.id, 'tmp', []), 'PATH_OUTSIDE');
    });

    test('are refused when they are links, too large or missing', async () => {
      const dir = '/tmp/odd';
      await putFiles(subject.engine, shared.id, dir, [{ path: 'plain/file', content: 'x'.repeat(1_000) }]);
      await say(shared.id, 'sh', '-c', `mkdir -p ${dir}/links && ln -sf /etc/passwd ${dir}/links/link`);
      await expectFault(collect(subject, shared.id, dir, ['links']), 'PATH_OUTSIDE');
      await expectFault(collect(subject, shared.id, dir, ['plain'], 999), 'FILES_TOO_LARGE');
      await expectFault(collect(subject, shared.id, dir, ['nothing']), 'NOT_FOUND');
      expect(await collect(subject, shared.id, dir, ['plain'])).toEqual(['plain/file']);
    });

    test('are read without what cannot be kept, if the caller accepts that', async () => {
      const dir = '/tmp/mixed';
      await putFiles(subject.engine, shared.id, dir, [
        { path: 'a/kept', content: 'x' },
        { path: 'b/large', content: 'x'.repeat(2_000) },
        { path: 'z/kept', content: 'y' },
      ]);
      await say(shared.id, 'sh', '-c', `cd ${dir} && ln -sf /etc/passwd a/link && mkfifo b/pipe`);
      const leftOut = new Map<string, string>();
      const paths = [];
      for await (const { path, content } of getFiles(subject.engine, shared.id, {
        dir,
        paths: ['.'],
        maxBytes: 1_000,
        onLeftOut: (path, reason) => leftOut.set(path, reason),
      })) {
        paths.push(path);
        await readAll(content);
      }
      expect(paths.sort()).toEqual(['a/kept', 'z/kept']);
      expect(Object.fromEntries(leftOut)).toEqual({
        './a/link': expect.stringContaining('link'),
        './b/large': 'it has 2000 bytes',
        './b/pipe': expect.stringMatching(/fifo|pipe/),
      });
    });

    test('are read one after the other, and a reader may stop early', async () => {
      const dir = '/tmp/many';
      const files = Array.from({ length: 50 }, (_, index) => ({
        path: `f${index}`,
        content: Buffer.alloc(100_000),
      }));
      await putFiles(subject.engine, shared.id, dir, files);
      for await (const file of getFiles(subject.engine, shared.id, { dir, paths: ['.'] })) {
        expect(file.size).toBe(100_000);
        break;
      }
      expect((await collect(subject, shared.id, dir, ['.'])).length).toBe(50);
    });
  });
}

async function collect(
  { engine }: Subject,
  container: string,
  dir: string,
  paths: string[],
  maxBytes?: number,
): Promise<string[]> {
  const inspected: string[] = [];
  const expected = { dir, paths, ...(maxBytes === undefined ? {} : { maxBytes }) };
  for await (const { path, content } of getFiles(engine, container, expected)) {
    inspected.push(path);
    await readAll(content);
  }
  return inspected;
}

async function readAll(content: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of content) pieces.push(piece);
  return Buffer.concat(pieces);
}

async function expectFault(work: Promise<unknown>, code: FaultCode): Promise<void> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof Fault)) throw new Error(`No ${code}, but ${error}`, { cause: error });
  expect(`${error.code}: ${error.message}`).toMatch(new RegExp(`^${code}: `));
}

function sha256(content: string): string {
  return createHash('sha256').update(content).digest('hex');
}
