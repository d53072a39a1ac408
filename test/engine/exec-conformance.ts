import { createHash } from 'node:crypto';
import { beforeEach, expect, test } from 'vitest';
import type { ContainerInfo } from '../../src/engine/engine.ts';
import { capture } from '../../src/engine/read-all.ts';
import { magentoRoot } from '../support/image.ts';
import { waitFor } from '../support/wait-for.ts';
import type { EngineKind, Subject } from './subject.ts';
import { type EngineTools, expectFault, sha256 } from './tools.ts';

const mebibyte = 1024 ** 2;
const _caller = new URL('./exec-process.ts', import.meta.url);

/** Processes in containers. */
export function execConformance(
  _kind: EngineKind,
  opened: () => { subject: Subject; shared: ContainerInfo },
  { make, output }: EngineTools,
): void {
  let { subject, shared } = opened();
  beforeEach(() => {
    ({ subject, shared } = opened());
  });

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
}
