import { readFileSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { delay } from '../async/delay.ts';
import { withTimeout } from '../async/timeout.ts';
import { Fault } from '../faults/fault.ts';
import type { Engine, ExecEnd, ExecRequest, SpecFile } from './engine.ts';
import { capture } from './read-all.ts';

/** The supervisor's folder in every container: its script, and `journal`, the log of what it did. */
const folder = '/opt/matre';
const script = `${folder}/supervisor.sh`;

/** The file to which the supervisor writes a line for each start and end: `start|stop|end|refused|left TOKEN SECONDS-SINCE-BOOT [DETAIL]`. */
export const journalPath = `${folder}/journal`;

/** The supervisor, for the `files` of a specification. Every function of this module needs it in the container. */
export function supervisorFile(): SpecFile {
  return {
    path: script,
    mode: 0o755,
    content: readFileSync(new URL('./supervisor.sh', import.meta.url), 'utf8'),
  };
}

export interface SupervisedOptions {
  /** Marks every process of the tree: `[A-Za-z0-9._-]{1,128}`. One per run and fence, so that leftovers show their run. */
  token: string;
  /** The fence of the run. Once a newer one was admitted to the container (`admitFence`), the command is refused with code 75. */
  fence?: number;
  /** Interval of the heartbeat; by default 1 s, or a quarter of `limitMs` if that is less, so that a late one ends nothing. */
  beatMs?: number;
  /** How long the heartbeat may stop before the tree is ended; 10 s by default, whole seconds. */
  limitMs?: number;
  /** Between TERM and KILL; 2 s by default, whole seconds. */
  graceMs?: number;
  /** Until when the tree may live, whatever happens to the caller; needs `fence`. Without it, as long as heartbeats arrive. */
  deadline?: ExecutionDeadline;
  /**
   * How long the command may take. The supervisor measures it in the container, so that a caller whose event loop is busy ends nothing
   * too early. Then the tree is ended, and `ended` is `timeout`.
   */
  timeoutMs?: number;
  /** The tree is ended when it aborts. */
  signal?: AbortSignal;
}

/** The end as the engine reports it, or `timeout` when the command took longer than `timeoutMs`. */
export type SupervisedEnd = ExecEnd | { kind: 'timeout' };

/**
 * A promise to other hosts, which cannot inspect the container: no process of the tree lives after `until`. The supervisor
 * enforces it by its own clock, so it also holds when the caller hangs or its messages arrive late.
 */
export interface ExecutionDeadline {
  /** Monotonic milliseconds of this process (`performance.now()`). Grows with each renewal of the caller's lease. */
  until(): number;
  clock: ContainerClock;
}

/** Converts a monotonic moment of this process to the clock of a container, in hundredths of a second; never to a later one. */
export type ContainerClock = (monotonicMs: number) => number;

export interface Supervised {
  stdout: Readable;
  stderr: Readable;
  /** Resolves when the whole tree has ended; never rejects. Both outputs must be read. */
  ended: Promise<SupervisedEnd>;
  /** Ends the tree (TERM, grace, KILL). Resolves when it has ended. */
  stop(): Promise<SupervisedEnd>;
}

/** A process that an earlier run left behind. */
export interface Leftover {
  pid: number;
  token: string;
}

/**
 * Runs a command that ends with its caller: with this process, with its event loop (no more heartbeats), or on request. All
 * processes that it started end too, also those that left its session. The container needs `supervisorFile`. The standard input
 * of the command is empty. Errors: INPUT_INVALID for a bad token, and those of `Engine.exec`.
 */
export async function superviseExec(
  engine: Engine,
  container: string,
  request: Omit<ExecRequest, 'stdin'>,
  options: SupervisedOptions,
): Promise<Supervised> {
  const { token, fence, signal, deadline, timeoutMs, limitMs = 10_000, graceMs = 2_000 } = options;
  const { beatMs = Math.min(1_000, limitMs / 4) } = options;
  if (!/^[A-Za-z0-9._-]{1,128}$/.test(token)) {
    throw new Fault('INPUT_INVALID', `${JSON.stringify(token)} cannot mark the processes of a run.`);
  }
  signal?.throwIfAborted();
  const seconds = (ms: number) => String(Math.max(1, Math.ceil(ms / 1_000)));
  const limits = [seconds(limitMs), seconds(graceMs)];
  /** The latest deadline that was sent to the supervisor, whether or not it arrived. */
  let grantedMs = 0;
  const grant = ({ until, clock }: ExecutionDeadline) => {
    grantedMs = until();
    return clock(grantedMs);
  };
  const conditions = fence === undefined ? [] : [fence, ...(deadline ? [grant(deadline)] : [])].map(String);
  const time = timeoutMs === undefined ? [] : ['-t', String(Math.ceil(timeoutMs / 10))];
  const argv = ['sh', script, 'run', ...time, token, ...limits, ...conditions, '--', ...request.argv];
  const allGone = () => waitUntilGone(engine, container, token, grantedMs);
  const startedMs = performance.now();
  const exec = await engine.exec(container, { ...request, argv, stdin: true }).catch(async (error) => {
    // The engine may have started it, and only its answer is lost.
    await allGone();
    throw error;
  });
  const { stdin } = exec;
  // The supervisor may have ended before our last message reaches it.
  stdin?.on('error', () => {});
  const send = (message: string) => {
    if (stdin?.writable) stdin.write(`${message}\n`);
  };
  // After the abort the deadline is not extended any more: should `stop` be lost, the last deadline ends the tree.
  const heartbeat = setInterval(
    () => send(deadline && !signal?.aborted ? `until ${grant(deadline)}` : 'beat'),
    beatMs,
  );
  const stop = () => {
    send('stop');
    return ended;
  };
  let overtime = false;
  // Only for a supervisor that was killed: otherwise it has ended the tree before.
  const lastResort =
    timeoutMs === undefined
      ? undefined
      : setTimeout(
          () => {
            overtime = true;
            stop();
          },
          timeoutMs + graceMs + lastResortMs,
        );
  const ended = (async (): Promise<SupervisedEnd> => {
    const end = await exec.ended;
    clearInterval(heartbeat);
    clearTimeout(lastResort);
    signal?.removeEventListener('abort', stop);
    stdin?.end();
    if (end.kind === 'unknown') await allGone();
    if (overtime || isTimeout(end, timeoutMs, performance.now() - startedMs)) return { kind: 'timeout' };
    return end;
  })();
  signal?.addEventListener('abort', stop, { once: true });
  if (signal?.aborted) stop();
  return { stdout: exec.stdout, stderr: exec.stderr, ended, stop };
}

/** How much longer than its time a command may live before it is ended from here. */
const lastResortMs = 60_000;
/** The exit code of the supervisor for a command that took too long. A command may end with it, too, but then sooner. */
const timeoutCode = 124;
/** How far the two clocks may differ for a short time; that of the container counts hundredths of a second. */
const clockMs = 100;

function isTimeout(end: ExecEnd, timeoutMs: number | undefined, elapsedMs: number): boolean {
  return (
    timeoutMs !== undefined &&
    end.kind === 'exited' &&
    end.code === timeoutCode &&
    elapsedMs >= timeoutMs - clockMs
  );
}

/** How often a container is asked whether processes of a token still run in it. */
const pollMs = 500;
/** From a deadline until the processes are killed; the supervisor checks every 50 ms then. */
const killMs = 1_000;

/**
 * Waits until no process of a token runs in a container: the container has ended, or reports none, or the last deadline has
 * passed. Otherwise the caller would release its locks while the command may still run where the next holder cannot see it.
 */
async function waitUntilGone(
  engine: Engine,
  container: string,
  token: string,
  untilMs: number,
): Promise<void> {
  const lastMoment = untilMs + killMs;
  while (performance.now() < lastMoment) {
    const remainingMs = Math.max(0, lastMoment - performance.now());
    // An engine that hangs does not answer in time.
    const isProcessGone = await withTimeout(
      remainingMs,
      () => isGone(engine, container, token),
      () => false,
    );
    if (isProcessGone) return;
    await delay(Math.min(pollMs, remainingMs));
  }
}

async function isGone(engine: Engine, container: string, token: string): Promise<boolean> {
  try {
    const info = await engine.inspect(container);
    return info?.state !== 'running' || (await clearLeftovers(engine, container, token));
  } catch {
    return false;
  }
}

/** Reads the clock of a container, counted from when the answer arrives. Errors: those of the engine. */
export async function readClock(engine: Engine, container: string): Promise<ContainerClock> {
  const { code, stdout, stderr } = await capture(engine, container, ['cat', '/proc/uptime']);
  const readMs = performance.now();
  const [, seconds, hundredths] = /^(\d+)\.(\d\d) /.exec(stdout) ?? [];
  if (code !== 0 || seconds === undefined) {
    throw new Fault('ENGINE_FAILED', `${container} does not report its uptime: ${stderr.trim()}`);
  }
  const clockAtRead = Number(seconds) * 100 + Number(hundredths);
  return (monotonicMs) => Math.floor(clockAtRead + (monotonicMs - readMs) / 10);
}

/**
 * Admits a fence: from now on no supervised command of an older fence starts in the container. False when a newer fence was
 * admitted before. Processes of older fences still run; clear them afterwards. Errors: those of the engine.
 */
export async function admitFence(engine: Engine, container: string, fence: number): Promise<boolean> {
  const { code, stderr } = await capture(engine, container, ['sh', script, 'admit', String(fence)]);
  if (code !== 0 && code !== 75) {
    throw new Fault('ENGINE_FAILED', `The supervisor in ${container} does not answer: ${stderr.trim()}`);
  }
  return code === 0;
}

/** The supervised processes in a container; while a command runs, its own are among them. Errors: those of the engine. */
export async function leftovers(engine: Engine, container: string): Promise<Leftover[]> {
  const { code, stdout, stderr } = await capture(engine, container, ['sh', script, 'list']);
  if (code !== 0)
    throw new Fault('ENGINE_FAILED', `The supervisor in ${container} does not answer: ${stderr.trim()}`);
  return parseLeftovers(stdout);
}

/** Parses the output of `supervisor.sh list`. */
export function parseLeftovers(output: string): Leftover[] {
  return output
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [pid, token = ''] = line.split(' ');
      return { pid: Number(pid), token };
    });
}

/** Kills the leftovers of one token, or all. False when some could not be killed. Errors: those of the engine. */
export async function clearLeftovers(engine: Engine, container: string, token?: string): Promise<boolean> {
  const argv = ['sh', script, 'clear', ...(token === undefined ? [] : [token])];
  const { code } = await capture(engine, container, argv);
  return code === 0;
}
