import { readFileSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { delay } from '../async/delay.ts';
import { withTimeout } from '../async/timeout.ts';
import { Fault } from '../faults/fault.ts';
import type { Engine, ExecEnd, ExecRequest, SpecFile } from './engine.ts';
import { capture } from './read-all.ts';

/** The folder in every container that belongs to the supervisor: its script, and `journal`, what it did and when. */
const folder = '/opt/matre';
const script = `${folder}/supervisor.sh`;

/** Where the supervisor writes a line for each start and end: `start|stop|end|refused|left TOKEN SECONDS-SINCE-BOOT [DETAIL]`. */
export const journalPath = `${folder}/journal`;

/** The supervisor, for the `files` of a specification. Without it in a container nothing of this module works there. */
export function supervisorFile(): SpecFile {
  return {
    path: script,
    mode: 0o755,
    content: readFileSync(new URL('./supervisor.sh', import.meta.url), 'utf8'),
  };
}

export interface SupervisedOptions {
  /** Marks every process of the tree: `[A-Za-z0-9._-]{1,128}`. One for each run and fence, so that leftovers tell whose they are. */
  token: string;
  /** Of the run that wants it: once a newer one was admitted to the container (`admitFence`), it ends with 75 and starts nothing. */
  fence?: number;
  /** How often the caller shows that it is alive; 1 s by default. */
  beatMs?: number;
  /** How long the beats may stop before the tree is ended; 10 s by default, whole seconds. */
  limitMs?: number;
  /** Between TERM and KILL; 2 s by default, whole seconds. */
  graceMs?: number;
  /** Until when the tree may live, whatever happens to the caller; goes with `fence`. Without it, as long as the beats go on. */
  deadline?: ExecutionDeadline;
  /** Ends the tree when it aborts. */
  signal?: AbortSignal;
}

/**
 * What a caller may promise to whoever cannot look into the container: no process of the tree lives after `until`. The supervisor
 * keeps it by its own clock, so it holds as well when the caller hangs, or its words arrive late.
 */
export interface ExecutionDeadline {
  /** Monotonic milliseconds of this process (`performance.now()`). It grows while the right of the caller is confirmed. */
  until(): number;
  clock: ContainerClock;
}

/** From a monotonic moment of this process to the clock of a container, in hundredths of a second; never later than it. */
export type ContainerClock = (monotonicMs: number) => number;

export interface Supervised {
  stdout: Readable;
  stderr: Readable;
  /** Settles when the whole tree has ended; never rejects. Both outputs must be read. */
  ended: Promise<ExecEnd>;
  /** Asks the tree to end (TERM, grace, KILL) and waits until it has. */
  stop(): Promise<ExecEnd>;
}

/** A process that was left by an earlier run. */
export interface Leftover {
  pid: number;
  token: string;
}

/**
 * Runs a command that dies with its caller: with this process, with its event loop (beats stop), or on request. Everything
 * it started dies too, also what left its session. Needs `supervisorFile` in the container. Standard input of the command is empty.
 */
export async function superviseExec(
  engine: Engine,
  container: string,
  request: Omit<ExecRequest, 'stdin'>,
  options: SupervisedOptions,
): Promise<Supervised> {
  const { token, fence, signal, deadline, beatMs = 1_000, limitMs = 10_000, graceMs = 2_000 } = options;
  if (!/^[A-Za-z0-9._-]{1,128}$/.test(token)) {
    throw new Fault('INPUT_INVALID', `${JSON.stringify(token)} cannot mark the processes of a run.`);
  }
  signal?.throwIfAborted();
  const seconds = (ms: number) => String(Math.max(1, Math.ceil(ms / 1_000)));
  const limits = [seconds(limitMs), seconds(graceMs)];
  /** What the supervisor was told last, or may have been told. */
  let grantedMs = 0;
  const grant = ({ until, clock }: ExecutionDeadline) => {
    grantedMs = until();
    return clock(grantedMs);
  };
  const conditions = fence === undefined ? [] : [fence, ...(deadline ? [grant(deadline)] : [])].map(String);
  const argv = ['sh', script, 'run', token, ...limits, ...conditions, '--', ...request.argv];
  const gone = () => waitUntilGone(engine, container, token, grantedMs);
  const exec = await engine.exec(container, { ...request, argv, stdin: true }).catch(async (error) => {
    // The engine may have started it, and only its answer is lost.
    await gone();
    throw error;
  });
  const { stdin } = exec;
  // The supervisor may be gone before our last beat reaches it.
  stdin?.on('error', () => {});
  const send = (word: string) => {
    if (stdin?.writable) stdin.write(`${word}\n`);
  };
  // Who was asked to end is granted no more time: should the word be lost, the last permit ends it.
  const beats = setInterval(
    () => send(deadline && !signal?.aborted ? `until ${grant(deadline)}` : 'beat'),
    beatMs,
  );
  const stop = () => {
    send('stop');
    return ended;
  };
  const ended = (async () => {
    const end = await exec.ended;
    clearInterval(beats);
    signal?.removeEventListener('abort', stop);
    stdin?.end();
    if (end.kind === 'unknown') await gone();
    return end;
  })();
  signal?.addEventListener('abort', stop, { once: true });
  if (signal?.aborted) stop();
  return { stdout: exec.stdout, stderr: exec.stderr, ended, stop };
}

/** How often a container is asked whether processes of a token still run in it. */
const pollMs = 500;
/** From the moment that a permit ends until the processes have been killed: the supervisor looks every 50 ms then. */
const killedWithinMs = 1_000;

/**
 * Waits until nothing of a token runs in a container: the container has ended, or says so, or the last permit has. Without it,
 * whoever is told that the command ended would give its place away while it may still run where the next one cannot see it.
 */
async function waitUntilGone(
  engine: Engine,
  container: string,
  token: string,
  untilMs: number,
): Promise<void> {
  const lastMoment = untilMs + killedWithinMs;
  while (performance.now() < lastMoment) {
    const remainingMs = Math.max(0, lastMoment - performance.now());
    // An engine that hangs does not answer in time.
    const gone = await withTimeout(
      remainingMs,
      () => isGone(engine, container, token),
      () => false,
    );
    if (gone) return;
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

/** Asks a container for its time, which is counted from the answer. Errors: those of the engine. */
export async function readClock(engine: Engine, container: string): Promise<ContainerClock> {
  const { code, stdout, stderr } = await capture(engine, container, ['cat', '/proc/uptime']);
  const readMs = performance.now();
  const [, seconds, hundredths] = /^(\d+)\.(\d\d) /.exec(stdout) ?? [];
  if (code !== 0 || seconds === undefined) {
    throw new Fault('ENGINE_FAILED', `${container} does not know the time: ${stderr.trim()}`);
  }
  const clockAtRead = Number(seconds) * 100 + Number(hundredths);
  return (monotonicMs) => Math.floor(clockAtRead + (monotonicMs - readMs) / 10);
}

/**
 * From now on no supervised command of an older fence starts in the container. False when a newer one was admitted before.
 * What older ones left is to be cleared after that.
 */
export async function admitFence(engine: Engine, container: string, fence: number): Promise<boolean> {
  const { code, stderr } = await capture(engine, container, ['sh', script, 'admit', String(fence)]);
  if (code !== 0 && code !== 75) {
    throw new Fault('ENGINE_FAILED', `The supervisor in ${container} does not answer: ${stderr.trim()}`);
  }
  return code === 0;
}

/** The processes in a container that earlier supervised commands left. While such a command runs, its own are among them. */
export async function leftovers(engine: Engine, container: string): Promise<Leftover[]> {
  const { code, stdout, stderr } = await capture(engine, container, ['sh', script, 'list']);
  if (code !== 0)
    throw new Fault('ENGINE_FAILED', `The supervisor in ${container} does not answer: ${stderr.trim()}`);
  return parseLeftovers(stdout);
}

/** What `supervisor.sh list` prints. */
export function parseLeftovers(listed: string): Leftover[] {
  return listed
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [pid, token = ''] = line.split(' ');
      return { pid: Number(pid), token };
    });
}

/** Kills the leftovers of one token, or all. False when some could not be killed. */
export async function clearLeftovers(engine: Engine, container: string, token?: string): Promise<boolean> {
  const argv = ['sh', script, 'clear', ...(token === undefined ? [] : [token])];
  const { code } = await capture(engine, container, argv);
  return code === 0;
}
