import type { Writable } from 'node:stream';
import type { Engine } from '../../engine/engine.ts';
import { superviseTo } from '../../engine/supervise-to.ts';
import type { ExecutionDeadline, SupervisedEnd } from '../../engine/supervised.ts';
import { scripts } from './scripts.ts';

/**
 * Time for Codeception to write its results and close the browser session after TERM (about a second, measured with MFTF 3.8);
 * otherwise the browser stays open on the Selenium server.
 */
const graceMs = 5_000;

/** Without deprecations, which fill the output of MFTF 3.8 on PHP 8.2 (measured). */
const options = ['-d', 'error_reporting=8191', '-d', 'display_errors=0'];

export interface PhpProcess {
  /** The script and its arguments. */
  argv: string[];
  cwd: string;
  /**
   * Files that must exist below `folder`. Otherwise nothing starts, and the exit code is `filesMissing`. `output` is the output
   * of an earlier process, which is removed. `downloads` is the new folder that `downloadsLink` leads to.
   */
  needs?: {
    folder: string;
    files: string[];
    output: string;
    downloadsLink: string;
    downloads: string | undefined;
  };
  /** Receives both outputs of the process; it stays open. */
  output: Writable;
  signal: AbortSignal;
  timeoutMs: number;
}

/** The exit code of a process that was not started because of its `needs`. PHP may exit with it, too. */
export const filesMissing = 66;

/** Runs PHP in the container of a run, so that no process of it outlives the worker. */
export type Php = (process: PhpProcess) => Promise<SupervisedEnd>;

/**
 * `token` marks the processes of one run and fence. Nothing starts when the container knows a newer fence, and no process lives
 * longer than `deadline`, if there are these. The promise rejects with the reason of `signal`, and only after the whole process tree has ended.
 */
export function createPhp(
  engine: Engine,
  containerId: string,
  settings: {
    php: string;
    /** PHP stops with a fatal error before it takes more. */
    memoryBytes: number;
    heartbeatMs: number;
    token: string;
    /** Of the run that has the container; absent for a container of none. */
    fence?: number;
    /** As long as the run is held; it comes with a fence. */
    deadline?: ExecutionDeadline;
    /** Called with the bytes of each piece of output; the next one is read when it resolves. */
    pace(bytes: number): Promise<void>;
  },
): Php {
  return async ({ argv, cwd, needs, output, signal, timeoutMs }) => {
    const start = needs
      ? [
          ...['sh', scripts.start, needs.output, needs.downloadsLink, needs.downloads ?? ''],
          ...[needs.folder, String(needs.files.length), ...needs.files],
        ]
      : [];
    const command = {
      argv: [...start, settings.php, ...options, '-d', `memory_limit=${settings.memoryBytes}`, ...argv],
      cwd,
    };
    return superviseTo(engine, containerId, command, {
      token: settings.token,
      ...(settings.fence !== undefined && { fence: settings.fence }),
      ...(settings.deadline && { deadline: settings.deadline }),
      limitMs: settings.heartbeatMs,
      graceMs,
      timeoutMs,
      signal,
      output,
      pace: settings.pace,
    });
  };
}
