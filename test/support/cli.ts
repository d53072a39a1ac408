import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { createOutput } from '../../src/cli/output/terminal.ts';
import { runCommand } from '../../src/cli/program.ts';
import { programOf } from './child.ts';
import { waitFor } from './wait-for.ts';

const project = join(import.meta.dirname, '../..');

export interface CliResult {
  code: number | null;
  stdout: string;
  stderr: string;
  /** From its last output to its end, in milliseconds. */
  silentMs: number;
  /** With `observeEnd`: it ended without force, because no handle was open any more. */
  endedByItself: boolean;
}

export interface CliProcess {
  process: ChildProcess;
  /** Its output so far, on both streams. */
  output(): string;
  /** Waits until the output contains a text. */
  waitForOutput(text: string, deadlineMs?: number): Promise<unknown>;
  done: Promise<CliResult>;
}

export interface CliOptions {
  settings?: Record<string, string>;
  stdin?: string;
  cwd?: string;
  /** In a pseudo terminal, as for a user: both outputs arrive as `stdout`. */
  terminal?: boolean;
  /** Records whether it ends without force; `collect-garbage`: with constant garbage collection. */
  observeEnd?: 'plain' | 'collect-garbage';
  /** With `observeEnd`: the process is forced to end as early as for users, not after a minute. */
  allowForce?: boolean;
}

/** Starts the real command line as a separate process, with these settings and no others. */
export function startCli(
  args: string[],
  { settings = {}, stdin = '', cwd = '/', terminal = false, observeEnd, allowForce }: CliOptions = {},
): CliProcess {
  const inherited = Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^(MATRE_|DATABASE_URL|LOCK_|SELENIUM_|DOCKER_|FORCE_COLOR|NO_COLOR)/.test(name),
    ),
  );
  const marker = join(tmpdir(), `ended-${randomUUID()}`);
  const observer = observeEnd && {
    ENDED_BY_ITSELF: marker,
    ...(observeEnd === 'collect-garbage' && { COLLECT_GARBAGE: '1' }),
    ...(allowForce && { ALLOW_FORCE: '1' }),
  };
  const argv = [
    process.execPath,
    ...(observer ? ['--import', join(project, 'test/support/observe-end.mjs')] : []),
    ...programOf(join(project, 'src/cli/main.ts')),
    ...args,
  ];
  const [program = '', ...rest] = terminal
    ? ['script', '-qefc', argv.map(quote).join(' '), '/dev/null']
    : argv;
  // The contexts of the developer must not choose a server for tests.
  const folders = { XDG_CONFIG_HOME: '/nowhere', XDG_CACHE_HOME: '/nowhere' };
  const child = spawn(program, rest, { cwd, env: { ...inherited, ...folders, ...settings, ...observer } });
  let stdout = '';
  let stderr = '';
  let lastOutputAt = performance.now();
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    lastOutputAt = performance.now();
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
    lastOutputAt = performance.now();
  });
  child.stdin.on('error', () => {});
  // The end of its input would end a terminal.
  if (!terminal) child.stdin.end(stdin);
  const done = new Promise<CliResult>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      const silentMs = performance.now() - lastOutputAt;
      const endedByItself = existsSync(marker);
      rmSync(marker, { force: true });
      resolve({ code, stdout, stderr, silentMs, endedByItself });
    });
  });
  const output = () => stdout + stderr;
  return {
    process: child,
    output,
    waitForOutput: (text, deadlineMs) => waitFor(() => output().includes(text), deadlineMs),
    done,
  };
}

/** Quotes an argument for the shell of `script`. */
function quote(argument: string): string {
  return `'${argument.replaceAll("'", `'\\''`)}'`;
}

/** Runs a command to its end. */
export function cli(args: string[], options?: CliOptions): Promise<CliResult> {
  return startCli(args, options).done;
}

/**
 * The same within this process, which is much quicker: for tests that do not depend on a separate process. `onError` gets what the
 * command writes to standard error, as it does; `input` is its standard input, for answers to it.
 */
export async function cliHere(
  args: string[],
  {
    settings = {},
    stdin = '',
    onError,
    input,
  }: CliOptions & { onError?: (text: string) => void; input?: Readable } = {},
): Promise<Pick<CliResult, 'code' | 'stdout' | 'stderr'>> {
  const written = { stdout: '', stderr: '' };
  const output = (name: keyof typeof written) => {
    const stream = new Writable({
      write(chunk, _encoding, done) {
        written[name] += chunk;
        if (name === 'stderr') onError?.(String(chunk));
        done();
      },
    });
    return createOutput(stream, settings);
  };
  const code = await runCommand(args, {
    stdin: input ?? Readable.from([stdin]),
    stdout: output('stdout'),
    stderr: output('stderr'),
    env: settings,
    onStop: () => () => {},
  });
  return { code, ...written };
}
