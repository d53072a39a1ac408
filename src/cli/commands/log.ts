import { setTimeout as pause } from 'node:timers/promises';
import type { Command } from 'commander';
import { readLog } from '../../operations/runs/run-record.ts';
import { type CliContext, parseRunId } from '../cli-context.ts';
import { exitCodes } from '../exit-codes.ts';
import { cleanLines } from '../output/format.ts';
import { aborted } from '../stop-signals.ts';

/** A log that grows sends no events: it is looked at again this often. */
const recheckMs = 500;

export function registerLog(program: Command, context: CliContext): void {
  program
    .command('log')
    .description('print the log of a run')
    .argument('<id>', 'number of the run', parseRunId)
    .option('-f, --follow', 'go on until the run is finished; Ctrl-C stops following, not the run')
    .addHelpText('after', '\nExample:\n  matre log 12 -f')
    .action(async (id: number, { follow }: { follow?: boolean }) => {
      const { stdout } = context.terminal;
      const stop = new AbortController();
      const forget = context.terminal.onStop(() => {
        // From here on the next signal does what signals do.
        forget();
        context.exitCode = exitCodes.interrupted;
        stop.abort();
      });
      const stopped = aborted(stop.signal);
      try {
        await context.withCaller(async (caller) => {
          for (let from = 0; !stop.signal.aborted; ) {
            // A server that hangs must not keep anybody from leaving.
            const piece = await Promise.race([caller.call(readLog, { id, from }), stopped]);
            if (!piece) return;
            const { text, next, finished } = piece;
            stdout.stream.write(stdout.interactive ? cleanLines(text) : text);
            const more = next > from;
            from = next;
            if (!more && (finished || !follow)) return;
            if (!more) await pause(recheckMs, undefined, { signal: stop.signal }).catch(() => undefined);
          }
        });
      } finally {
        forget();
      }
    });
}
