import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import type { Engine, ExecEnd } from '../../engine/engine.ts';
import { type ExecutionDeadline, superviseExec } from '../../engine/supervised.ts';
import { scripts } from './scripts.ts';

/**
 * Within it Codeception, asked to end, writes the results it has and closes the browser session (about a second, measured
 * with MFTF 3.8); without that the browser stays open on the Selenium server.
 */
const graceMs = 5_000;

/** Deprecations are left out, or MFTF 3.8 fills its output with them on PHP 8.2 (measured). */
const options = ['-d', 'error_reporting=8191', '-d', 'display_errors=0', '-d', 'memory_limit=-1'];

export interface PhpProcess {
  /** The script and its arguments. */
  argv: string[];
  cwd: string;
  /**
   * Files below `folder` that must be there, without which nothing starts: the end has the code `filesMissing`. `output` is
   * what an earlier process left; it is removed.
   */
  needs?: { folder: string; files: string[]; output: string };
  /** Both outputs of the process; it is not ended. */
  output: Writable;
  signal: AbortSignal;
  timeoutMs: number;
}

/** As the engine tells it, or stopped because it took too long. */
export type PhpEnd = ExecEnd | { kind: 'timeout' };

/** The exit code of a process that was not started because of its `needs`. PHP may end with it, too. */
export const filesMissing = 66;

/** Runs PHP in the container of a run, so that nothing of it outlives the worker. */
export type Php = (process: PhpProcess) => Promise<PhpEnd>;

/**
 * `token` marks the processes of one run and fence; with an older fence than the container knows nothing starts, and nothing lives
 * longer than `permit`. The promise rejects with the reason of `signal`, and only after the
 * whole process tree has ended.
 */
export function createPhp(
  engine: Engine,
  containerId: string,
  settings: { php: string; heartbeatMs: number; token: string; fence: number; deadline: ExecutionDeadline },
): Php {
  return async ({ argv, cwd, needs, output, signal, timeoutMs }) => {
    const start = needs
      ? ['sh', scripts.start, needs.output, needs.folder, String(needs.files.length), ...needs.files]
      : [];
    const command = { argv: [...start, settings.php, ...options, ...argv], cwd };
    const process = await superviseExec(engine, containerId, command, {
      token: settings.token,
      fence: settings.fence,
      deadline: settings.deadline,
      limitMs: settings.heartbeatMs,
      graceMs,
      signal,
    });
    let timedOut = false;
    const timer = setTimeout(() => {
      timedOut = true;
      void process.stop();
    }, timeoutMs);
    try {
      await Promise.all([pour(process.stdout, output), pour(process.stderr, output)]);
      const end = await process.ended;
      signal.throwIfAborted();
      return timedOut ? { kind: 'timeout' } : end;
    } catch (error) {
      // The output could not be kept (a full disk): the process must not go on without anybody.
      await process.stop();
      throw error;
    } finally {
      clearTimeout(timer);
    }
  };
}

/** Writes all of a stream to another that stays open, no faster than it takes it. */
async function pour(from: Readable, to: Writable): Promise<void> {
  for await (const chunk of from) {
    if (to.errored) throw to.errored;
    if (!to.write(chunk)) await once(to, 'drain');
  }
}
