import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Engine, ExecEnd } from '../../engine/engine.ts';
import { createPhp } from './php.ts';

const timeoutMs = 10_000;

/** A process whose supervisor exits with a code when the test says so, and what it was started with. */
function startPhp() {
  let resolve = (_: ExecEnd) => {};
  const promise = new Promise<ExecEnd>((end) => {
    resolve = end;
  });
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  const input: string[] = [];
  stdin.on('data', (text) => input.push(String(text).trim()));
  const exec = vi.fn(async () => ({ stdin, stdout, stderr, ended: promise }));
  const php = createPhp({ exec } as unknown as Engine, 'container', {
    php: 'php',
    memoryBytes: 1,
    heartbeatMs: 10_000,
    token: 'run-1-1',
    fence: 1,
    deadline: { until: () => 1, clock: () => 1 },
    pace: async () => {},
  });
  const { signal } = new AbortController();
  const end = php({ argv: ['codecept'], cwd: '/', output: new PassThrough(), signal, timeoutMs });
  const exit = (code: number) => {
    stdout.end();
    stderr.end();
    resolve({ kind: 'exited', code, outOfMemory: false });
  };
  return { end, exit, exec, input };
}

describe('the time limit of a PHP process', () => {
  beforeEach(() => {
    vi.useFakeTimers({
      toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance'],
    });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('is measured by the supervisor, so that an end which is noticed late is no timeout', async () => {
    const { end, exit, exec, input } = startPhp();
    expect(exec.mock.calls[0]).toMatchObject([
      'container',
      { argv: expect.arrayContaining(['run', '-t', String(timeoutMs / 10), 'run-1-1']) },
    ]);
    // The event loop was busy for 30 s, and the end of the process is noticed only now.
    await vi.advanceTimersByTimeAsync(30_000);
    exit(0);
    expect(await end).toEqual({ kind: 'exited', code: 0, outOfMemory: false });
    expect(input).not.toContain('stop');
  });

  it('is over when the supervisor says so', async () => {
    const { end, exit } = startPhp();
    await vi.advanceTimersByTimeAsync(timeoutMs);
    exit(124);
    expect(await end).toEqual({ kind: 'timeout' });
  });

  it('is not over when the process itself ends with that code before', async () => {
    const { end, exit } = startPhp();
    await vi.advanceTimersByTimeAsync(timeoutMs / 2);
    exit(124);
    expect(await end).toMatchObject({ kind: 'exited', code: 124 });
  });

  it('is enforced from outside a minute later, should the supervisor fail', async () => {
    const { end, exit, input } = startPhp();
    await vi.advanceTimersByTimeAsync(timeoutMs + 70_000);
    expect(input).toContain('stop');
    exit(137);
    expect(await end).toEqual({ kind: 'timeout' });
  });
});
