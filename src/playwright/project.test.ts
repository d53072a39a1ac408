import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import type { Engine, ExecEnd, ExecRequest } from '../engine/engine.ts';
import type { Job } from '../worker/runner.ts';
import { installPackages } from './project.ts';

/** An engine in which the script of npm ends in this way. */
function engineOf(end: ExecEnd): Engine {
  const exec = async (_container: string, { argv }: ExecRequest) => {
    const isClock = argv[0] === 'cat';
    const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
    stdout.end(isClock ? '1.00 1.00\n' : '');
    stderr.end();
    const ended: Promise<ExecEnd> = Promise.resolve(
      isClock ? { kind: 'exited', code: 0, outOfMemory: false } : end,
    );
    return { stdin, stdout, stderr, ended };
  };
  return { exec } as unknown as Engine;
}

function install(end: ExecEnd): Promise<void> {
  const job = {
    run: { id: 1 },
    fence: 1,
    abort: new AbortController().signal,
    heldUntil: () => performance.now() + 10_000,
  } as unknown as Job;
  const project = { folder: '/p', place: 'p', pathEnd: 'p', commit: 'c', config: undefined };
  return installPackages({ engine: engineOf(end), job, heartbeatMs: 10_000, pace: async () => {} }, 'c', {
    project: { ...project, configName: 'playwright.config.ts' },
    layout: { acceptance: '/a' },
    browser: undefined,
    env: {},
    output: new PassThrough().resume(),
  });
}

describe('installing packages', () => {
  it.each<[ExecEnd, string, string]>([
    [
      { kind: 'exited', code: 143, outOfMemory: false },
      'RESULT_MISSING',
      'npm ci was killed (exit code 143).',
    ],
    [{ kind: 'exited', code: 137, outOfMemory: true }, 'OUT_OF_MEMORY', 'npm ci was killed (exit code 137).'],
    [{ kind: 'exited', code: 13, outOfMemory: false }, 'PLAYWRIGHT_INSTALL_FAILED', 'npm ci failed in /p.'],
  ])('that ends as %o has the code %s', async (end, code, message) => {
    await expect(install(end)).rejects.toMatchObject({ code, message });
  });

  it('ends well', async () => {
    await install({ kind: 'exited', code: 0, outOfMemory: false });
  });
});
