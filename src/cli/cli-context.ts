import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Config } from '../config/config.ts';
import { type ClientSettings, loadClientSettings } from '../config/load-client-settings.ts';
import { parseTraceParent } from '../model/trace-parent.ts';
import type { Caller } from './client/caller.ts';
import { connect } from './client/connect.ts';
import { contextFilePath } from './client/context-file.ts';
import { withSlowNotice } from './client/slow-notice.ts';
import { chooseTarget, type Target } from './client/target.ts';
import type { Output, Terminal } from './output/terminal.ts';

/** What every command gets: the terminal, the settings, and access to the operations. */
export interface CliContext {
  terminal: Terminal;
  /** All settings, for commands that use the data folder. Loaded at the first call. Errors: CONFIG_INVALID. */
  config(): Promise<Config>;
  /** The settings of commands that talk to a server. Loaded at the first call. Errors: CONFIG_INVALID. */
  clientSettings(): Promise<ClientSettings>;
  /** Where commands go, decided at the first call. Errors: those of `chooseTarget`. */
  target(): Promise<Target>;
  /** The path of the file of contexts, see `contextFilePath`. */
  contextFile: string | undefined;
  /** The server that `withCaller` connected to, in words for messages; `undefined` before, and without a server. */
  server: string | undefined;
  /** Whether no operation that `withCaller` executed changes anything; `undefined` before the first. */
  onlyReads: boolean | undefined;
  /** Connects, runs `work`, and closes the connection. Rejects as `connect` and `work` do. */
  withCaller<T>(work: (caller: Caller) => Promise<T>): Promise<T>;
  /** All commands of the program, in the order of its help. */
  commands: readonly CommandEntry[];
  /** The exit code of the process. */
  exitCode: number;
}

/** Adds the arguments, options and action of a command, or the commands of a group. */
export type Register = (command: Command, context: CliContext) => void;

/** A command of `matre`, or a group of commands. */
export interface CommandEntry {
  name: string;
  /** In one line, for `matre --help`. */
  summary: string;
  /** Not in the help: it is for scripts of matre. */
  hidden?: true;
  /** Its arguments, options and action. Loaded when the command is used, because loading all takes longer than most commands. */
  load(): Promise<Register>;
}

/** Commands that belong together, under a heading of `matre --help`. */
export interface CommandGroup {
  title: string;
  commands: readonly CommandEntry[];
}

/** `contextName` is the value of `--context`, `commands` are all of the program. */
export function createCliContext(
  terminal: Terminal,
  {
    contextName,
    commands = [],
  }: { contextName?: string | undefined; commands?: readonly CommandEntry[] } = {},
): CliContext {
  let config: Promise<Config> | undefined;
  let settings: Promise<ClientSettings> | undefined;
  let target: Promise<Target> | undefined;
  const context: CliContext = {
    terminal,
    commands,
    exitCode: 0,
    contextFile: contextFilePath(terminal.env),
    server: undefined,
    onlyReads: undefined,
    target() {
      target ??= context
        .clientSettings()
        .then((settings) => chooseTarget(settings, { flag: contextName, path: context.contextFile }));
      return target;
    },
    config() {
      // Imported here, because a command that talks to a server ends before all settings would be loaded.
      config ??= import('../config/load-config.ts').then(({ loadConfig }) =>
        loadConfig({ environment: terminal.env }),
      );
      return config;
    },
    clientSettings() {
      settings ??= loadClientSettings({ environment: terminal.env });
      return settings;
    },
    async withCaller(work) {
      const { stderr, env } = terminal;
      // A program with traces passes its own in this variable to the processes that it starts.
      const { TRACEPARENT = '' } = env;
      const traceParent = parseTraceParent(TRACEPARENT) && TRACEPARENT;
      const target = await context.target();
      const caller = await connect(context.config, { target, notify: stderr.line, traceParent });
      if (target.kind === 'server') context.server = `${target.url} (${target.chosenBy})`;
      else if (caller.url !== undefined) context.server = `${caller.url} (it runs on the data folder)`;
      try {
        return await work({
          ...caller,
          call(operation, input) {
            context.onlyReads = context.onlyReads !== false && operation.audited === false;
            return withSlowNotice(operation, stderr.line, () => caller.call(operation, input));
          },
        });
      } finally {
        await caller.close();
      }
    },
  };
  return context;
}

/** `--json`, the same for every command. */
export const jsonOption = () => new Option('--json', 'print one JSON document, for scripts');

/** Prints a value to standard output: as JSON with `--json`, else with `format`. */
export function print(
  context: CliContext,
  options: { json?: boolean },
  value: unknown,
  format: (output: Output) => void,
): void {
  const { stdout } = context.terminal;
  if (options.json) stdout.line(JSON.stringify(value, undefined, 2));
  else format(stdout);
}

/** Parses the id of a run: `12` or `#12`. */
export function parseRunId(text: string): number {
  const id = /^#?(\d{1,15})$/.exec(text)?.[1];
  if (id === undefined || Number(id) === 0) throw new InvalidArgumentError('It must be the number of a run.');
  return Number(id);
}

/** Parses a whole number. */
export function parseWhole(text: string): number {
  if (!/^-?\d{1,9}$/.test(text)) throw new InvalidArgumentError('It must be a whole number.');
  return Number(text);
}

/** Collects the values of an option that can be repeated or take commas. `\\,` is a comma within a value. */
export function collect(text: string, earlier: string[] = []): string[] {
  const parts = text.split(/(?<!\\),/).map((part) => part.replaceAll('\\,', ',').trim());
  return [...earlier, ...parts.filter((part) => part !== '')];
}
