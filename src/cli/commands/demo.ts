import type { Command } from 'commander';
import { createLog } from '../../log.ts';
import { summariseSelection } from '../../model/selection.ts';
import type { CliContext } from '../cli-context.ts';
import { watchRuns } from '../client/watch.ts';
import { exitCodes } from '../exit-codes.ts';
import { createBoard } from '../output/board.ts';
import { colourOf, tally } from '../output/format.ts';
import { waitForAbort } from '../stop-signals.ts';

class Stopped extends Error {}

export function registerDemo(command: Command, context: CliContext): void {
  command
    .addHelpText(
      'after',
      '\nUses Docker if it is available, else bubblewrap. The sample shops have deliberate faults, so some tests fail.' +
        '\nThe demo runs until Ctrl-C; with CI=true it ends after the runs, with exit code 0 if all results are as expected.',
    )
    .action(async () => {
      const { stdout, stderr } = context.terminal;
      // Imported here, so that other commands start faster.
      const { startDemo } = await import('../../demo/demo.ts');
      const { createLocalCaller } = await import('../client/local.ts');
      const config = await context.config();
      const level = config.log.level === 'info' ? 'warn' : config.log.level;
      const log = createLog({ level, pretty: stderr.interactive });
      const stop = new AbortController();
      const unsubscribe = context.terminal.onStop(() => stop.abort(new Stopped()));
      const demo = await startDemo(config, log, (line) => stdout.line(line));
      try {
        stdout.line(`The page: ${demo.url}`);
        stdout.line('Each environment executes one run at a time; environments work in parallel.');
        stdout.line();
        const board = createBoard(stdout);
        const finished = await watchRuns(createLocalCaller(demo.app), demo.runIds, {
          onProgress: board.show,
          signal: stop.signal,
        }).finally(() => board.end());
        stdout.line();
        for (const { run } of finished) {
          const verdict = colourOf(stdout.paint, run.verdict ?? '');
          const selection = summariseSelection(run.selection);
          stdout.line(`${run.environment} run ${run.id} (${selection}): ${verdict} ${tally(run.counts)}`);
        }
        const { environments, runs, overlaps, lost, surprises } = await demo.judge();
        for (const surprise of surprises) stdout.line(`Unexpected: ${surprise}`);
        stdout.line();
        stdout.line(`Logs, screenshots and pages of each run: ${demo.folder}/data/runs/<run>`);
        if (context.terminal.env['CI'] !== 'true') {
          const failed = finished.find(({ run }) => run.verdict === 'failed');
          stdout.line(`Try: MATRE_URL=${demo.url} matre show ${failed?.run.id ?? demo.runIds[0]}`);
          stdout.line('Press Ctrl-C to end the demo.');
          await waitForAbort(stop.signal);
        }
        stdout.line(`demo: environments=${environments} runs=${runs} overlaps=${overlaps} lost=${lost}`);
        if (overlaps > 0 || lost > 0 || surprises.length > 0) context.exitCode = exitCodes.broken;
      } catch (error) {
        if (!(error instanceof Stopped)) throw error;
        context.exitCode = exitCodes.interrupted;
      } finally {
        unsubscribe();
        await demo.close();
      }
    });
}
