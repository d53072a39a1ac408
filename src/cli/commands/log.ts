import type { Command } from 'commander';
import { InvalidArgumentError } from 'commander';
import { delay } from '../../async/delay.ts';
import { readLog } from '../../operations/runs/run-record.ts';
import { type CliContext, parseRunId, parseWhole } from '../cli-context.ts';
import type { Caller } from '../client/caller.ts';
import { cleanLines } from '../output/format.ts';
import { untilInterrupted } from '../until-interrupted.ts';

/** A growing log sends no events, so it is polled. */
const pollMs = 500;

const helpFooter = `
Examples:
  matre log 12 -f
  matre log 12 --test StorefrontCheckoutTest
  matre log 12 --tail 50 -f      the last 50 lines, and those that follow`;

interface LogOptions {
  follow?: boolean;
  test?: string;
  tail?: number;
}

export function registerLog(command: Command, context: CliContext): void {
  command
    .argument('<id>', 'number of the run', parseRunId)
    .option(
      '-t, --test <name>',
      'only the log of this test (Suite:Test: in this suite); tests of a suite share one',
    )
    .option('-n, --tail <lines>', 'begin with the last lines', parseTail)
    .option(
      '-f, --follow',
      'follow the log until the run, or the test, is finished; Ctrl-C stops following, not the run',
    )
    .addHelpText('after', helpFooter)
    .action(async (id: number, options: LogOptions) => {
      await untilInterrupted(context, (signal, interrupted) =>
        context.withCaller(async (caller) => {
          // Ctrl-C ends the command even if the server hangs.
          await Promise.race([printLog(context, caller, { id, ...options }, signal), interrupted]);
        }),
      );
    });
}

function parseTail(text: string): number {
  const lines = parseWhole(text);
  if (lines < 1) throw new InvalidArgumentError('It must be at least 1.');
  return lines;
}

async function printLog(
  context: CliContext,
  caller: Caller,
  { id, test, tail, follow }: LogOptions & { id: number },
  signal: AbortSignal,
): Promise<void> {
  const { stdout } = context.terminal;
  const write = (text: string) => stdout.stream.write(stdout.interactive ? cleanLines(text) : text);
  const read = (from: number) => caller.call(readLog, { id, from, ...(test !== undefined && { test }) });
  let from = 0;
  if (tail !== undefined) {
    const end = await readTail(read, tail);
    if (signal.aborted) return;
    write(end.text);
    from = end.next;
  }
  while (!signal.aborted) {
    const { text, next, finished } = await read(from);
    if (signal.aborted) return;
    write(text);
    const hasMore = next > from;
    from = next;
    if (!hasMore && (finished || !follow)) return;
    if (!hasMore) await delay(pollMs, signal);
  }
}

/** The first step back from the end of a log. Each further one is twice as long. */
const firstStepBytes = 64 * 1024;

/** The last lines of a log, and the offset after them. */
async function readTail(
  read: (from: number) => Promise<{ text: string; next: number; size: number }>,
  lines: number,
): Promise<{ text: string; next: number }> {
  // An answer far behind the end has no text, only the size.
  const { size } = await read(Number.MAX_SAFE_INTEGER);
  for (let step = firstStepBytes; ; step *= 2) {
    const start = Math.max(0, size - step);
    let text = '';
    let next = start;
    while (next < size) {
      const chunk = await read(next);
      if (chunk.next === next) break;
      text += chunk.text;
      next = chunk.next;
    }
    // The first line may begin before the step, so it does not count.
    const parts = text.split(/(?<=\n)/);
    if (start === 0 || parts.length > lines) return { text: parts.slice(-lines).join(''), next };
  }
}
