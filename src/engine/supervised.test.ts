import { PassThrough } from 'node:stream';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Engine } from './engine.ts';
import { superviseExec } from './supervised.ts';

/** An engine whose processes never end, and what is written to their standard input. */
function silentEngine(): { engine: Engine; input: string[] } {
  const input: string[] = [];
  const stdin = new PassThrough();
  stdin.on('data', (text) => input.push(String(text)));
  const exec = async () => ({
    stdin,
    stdout: new PassThrough(),
    stderr: new PassThrough(),
    ended: new Promise(() => {}),
  });
  return { engine: { exec } as unknown as Engine, input };
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
    const { engine, input } = silentEngine();
    await superviseExec(engine, 'container', { argv: ['true'] }, { token: 'run-1-1', limitMs });
    vi.advanceTimersByTime(limitMs);
    await vi.waitFor(() => expect(input.join('').match(/beat/g)?.length).toBeGreaterThanOrEqual(least));
  });
});
