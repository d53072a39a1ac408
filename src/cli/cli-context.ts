import { type Command, InvalidArgumentError, Option } from 'commander';
import { type Config, loadConfig } from '../config/config.ts';
import { parseTraceParent } from '../model/trace-parent.ts';
import type { Caller } from './client/caller.ts';
import { connect } from './client/connect.ts';
import type { Output, Terminal } from './output/terminal.ts';

/** What every command gets: the terminal, the settings, and a way to ask. */
export interface CliContext {
  terminal: Terminal;
  /** Read when first asked for, so that `--help` works whatever is set. */
  config(): Config;
  /** Connects, works, and lets go whatever happens. */
  withCaller<T>(work: (caller: Caller) => Promise<T>): Promise<T>;
  /** What the process will end with. */
  exitCode: number;
}

/** Adds one command or a group of commands to the program. */
export type Register = (program: Command, context: CliContext) => void;

export function createCliContext(terminal: Terminal): CliContext {
  let config: Config | undefined;
  const context: CliContext = {
    terminal,
    exitCode: 0,
    config() {
      config ??= loadConfig({ environment: terminal.env });
      return config;
    },
    async withCaller(work) {
      const { stderr, env } = terminal;
      // Where a program that makes traces says to what it starts that it belongs.
      const { TRACEPARENT: given = '' } = env;
      const traceParent = parseTraceParent(given) && given;
      const caller = await connect(context.config(), { say: stderr.line, traceParent });
      try {
        return await work(caller);
      } finally {
        await caller.close();
      }
    },
  };
  return context;
}

/** `--json`, the same everywhere. */
export const jsonOption = () => new Option('--json', 'print one JSON document, for programs');

/** Prints an answer: as JSON if it was asked for, else as `show` puts it for people. */
export function print(
  context: CliContext,
  options: { json?: boolean },
  value: unknown,
  show: (output: Output) => void,
): void {
  const { stdout } = context.terminal;
  if (options.json) stdout.line(JSON.stringify(value, undefined, 2));
  else show(stdout);
}

/** For the argument ID of commands. */
export function parseRunId(text: string): number {
  const id = /^#?(\d{1,15})$/.exec(text)?.[1];
  if (id === undefined || Number(id) === 0) throw new InvalidArgumentError('It must be the number of a run.');
  return Number(id);
}

/** For options that take a whole number. */
export function parseWhole(text: string): number {
  if (!/^-?\d{1,9}$/.test(text)) throw new InvalidArgumentError('It must be a whole number.');
  return Number(text);
}

/** For options that can be given several times, or once with commas. */
export function collect(text: string, earlier: string[] = []): string[] {
  const parts = text.split(',').map((part) => part.trim());
  return [...earlier, ...parts.filter((part) => part !== '')];
}
