import type { Command } from 'commander';
import { delay } from '../../async/delay.ts';
import { readLog } from '../../operations/runs/run-record.ts';
import { type CliContext, parseRunId } from '../cli-context.ts';
import { exitCodes } from '../exit-codes.ts';
import { cleanLines } from '../output/format.ts';
import { waitForAbort } from '../stop-signals.ts';

/** A growing log sends no events, so it is polled. */
const pollMs = 500;

export function registerLog(command: Command, context: CliContext): void {
  command
    .argument('<id>', 'number of the run', parseRunId)
    .option('-f, --follow', 'follow the log until the run is finished; Ctrl-C stops following, not the run')
    .addHelpText('after', '\nExample:\n  matre log 12 -f')
    .action(async (id: number, { follow }: { follow?: boolean }) => {
      const { stdout } = context.terminal;
      const stop = new AbortController();
      const unsubscribe = context.terminal.onStop(() => {
        // The next signal has its default effect and ends the process.
        unsubscribe();
        context.exitCode = exitCodes.interrupted;
        stop.abort();
      });
      const stopped = waitForAbort(stop.signal);
      try {
        await context.withCaller(async (caller) => {
          for (let from = 0; !stop.signal.aborted; ) {
            // Ctrl-C ends the command even if the server hangs.
            const chunk = await Promise.race([caller.call(readLog, { id, from }), stopped]);
            if (!chunk) return;
            const { text, next, finished } = chunk;
            stdout.stream.write(stdout.interactive ? cleanLines(text) : text);
            const hasMore = next > from;
            from = next;
            if (!hasMore && (finished || !follow)) return;
            if (!hasMore) await delay(pollMs, stop.signal);
          }
        });
      } finally {
        unsubscribe();
      }
    });
}
