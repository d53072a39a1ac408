import { PassThrough } from 'node:stream';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Engine } from './engine.ts';
import { superviseExec } from './supervised.ts';

/** An engine whose processes never end, and their standard input. */
function silentEngine(): { engine: Engine; stdin: PassThrough } {
  const stdin = new PassThrough();
  const exec = async () => ({
    stdin,
    stdout: new PassThrough(),
    stderr: new PassThrough(),
    ended: new Promise(() => {}),
  });
  return { engine: { exec } as unknown as Engine, stdin };
}

describe('the heartbeat of a supervised command', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it.each([
    [1_000, 4],
    [2_000, 4],
    [10_000, 10],
  ])('is sent several times within a limit of %i ms', async (limitMs, least) => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    const { engine, stdin } = silentEngine();
    await superviseExec(engine, 'container', { argv: ['true'] }, { token: 'run-1-1', limitMs });
    vi.advanceTimersByTime(limitMs);
    expect(String(stdin.read()).match(/beat/g)?.length).toBeGreaterThanOrEqual(least);
  });
});
