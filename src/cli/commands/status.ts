import type { Command } from 'commander';
import { showStatus } from '../../operations/system/status.ts';
import type { StatusView } from '../../operations/system/status-view.ts';
import { type CliContext, jsonOption, print } from '../cli-context.ts';
import type { Caller } from '../client/caller.ts';
import { watchStatus } from '../client/watch-status.ts';
import { createStatusBoard } from '../output/status-board.ts';
import { printStatus } from '../output/status-screen.ts';
import { untilInterrupted } from '../until-interrupted.ts';

const helpFooter = `
What is wrong comes first: stuck runs, lost workers, environments whose last run was broken, locks that others hold;
then what waits and why; then the rest. 200 environments fit a screen; --all has a line for each.

\`matre doctor\` looks deeper: into containers, shops, Selenium and the test module.

Examples:
  matre status
  matre status --watch       redrawn at each change; in a pipe a line for each problem that begins or ends
  matre status --json`;

export function registerStatus(command: Command, context: CliContext): void {
  command
    .option('-a, --all', 'a line for each environment and each worker')
    .option('-w, --watch', 'follow the changes until Ctrl-C')
    .addOption(jsonOption())
    .addHelpText('after', helpFooter)
    .action(async (options: { all?: boolean; watch?: boolean; json?: boolean }) => {
      const sourceOf = async ({ url }: Caller) =>
        sourceText(url, url === undefined && (await context.config()).store.databaseUrl !== undefined);
      const all = options.all === true;
      if (options.watch) return watch(context, { sourceOf, all, json: options.json === true });
      const { status, source } = await context.withCaller(async (caller) => ({
        status: await caller.call(showStatus, {}),
        source: await sourceOf(caller),
      }));
      print(context, options, status, (output) => {
        printStatus(output, status, { source, all, now: new Date() });
      });
    });
}

/** Where the status comes from. Of servers on a shared database a command knows only that of MATRE_URL. */
export function sourceText(url: string | undefined, hasSharedDatabase: boolean): string {
  if (url !== undefined) return `Server: ${url}`;
  if (hasSharedDatabase) return 'Read from the database (DATABASE_URL), without asking a server (MATRE_URL).';
  return 'No server runs on this data folder.';
}

interface WatchStyle {
  sourceOf: (caller: Caller) => Promise<string>;
  all: boolean;
  json: boolean;
}

/** Follows the status until Ctrl-C. With `json` each status is one line. */
async function watch(context: CliContext, { sourceOf, all, json }: WatchStyle): Promise<void> {
  const { stdout, stderr } = context.terminal;
  await untilInterrupted(context, (signal, interrupted) =>
    context.withCaller(async (caller) => {
      const board = createStatusBoard(stdout, { source: await sourceOf(caller), all });
      const onStatus = json
        ? (status: StatusView) => stdout.line(JSON.stringify(status))
        : (status: StatusView) => board.show(status, new Date());
      const onFault = (message: string) => (json ? stderr.line(message) : board.fault(message, new Date()));
      // Ctrl-C ends the command even if the server hangs.
      const watching = watchStatus(caller, { onStatus, onFault, signal });
      await Promise.race([watching, interrupted]).finally(() => board.end());
    }),
  );
}
