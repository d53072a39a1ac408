import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { executableFile } from '../../src/files/executable-file.ts';

/**
 * Code of WebAssembly (the embedded database) is compiled once, as in vitest.config.ts, and JavaScript is optimized 20 times later
 * than by default: most of these processes end before it pays. A command on a data folder takes 1.0 s of CPU, and 2.2 s without.
 */
const flags = ['--liftoff-only', '--interrupt-budget=1500000'];

/**
 * The arguments of Node that execute a TypeScript file of the project: from its source, or as `make test` has compiled
 * it, which takes half the work for each process. The command line is the bundle, as for users: half the work again.
 */
export function programOf(file: string): string[] {
  const { path, execArgv } = executableFile(pathToFileURL(file).href);
  return [...flags, ...execArgv, path.replace(/\/src\/cli\/main\.js$/, '/src/bundle/main.js')];
}

export interface Child {
  process: ChildProcess;
  pid: number;
  /** The next line of its standard output; rejects when the process ends before. */
  line(): Promise<string>;
  /** Writes a line to its standard input. */
  writeLine(text: string): void;
  signal(signal: NodeJS.Signals): void;
  /** Exit code, or the signal that ended it. */
  exited: Promise<number | NodeJS.Signals>;
  /** Sends SIGKILL, also to a stopped process, and waits for its end. */
  kill(): Promise<void>;
}

/** Starts a TypeScript file as a separate Node process, optionally as another user. Its standard error goes to ours. */
export function startChild(
  file: URL,
  args: string[],
  env: Record<string, string> = {},
  as: { uid?: number; gid?: number } = {},
): Child {
  const child = spawn(process.execPath, [...programOf(file.pathname), ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, ...env },
    ...as,
  });
  const exited = once(child, 'exit').then(([code, signal]) => code ?? signal);
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  return {
    process: child,
    pid: child.pid ?? 0,
    async line() {
      const { value, done } = await lines.next();
      if (done) throw new Error(`${file.pathname} ended (${await exited}) before it said anything more`);
      return value;
    },
    writeLine: (text) => child.stdin.write(`${text}\n`),
    signal: (signal) => child.kill(signal),
    exited,
    async kill() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}
