import type { Command } from 'commander';
import { createLog } from '../../log.ts';
import type { CliContext } from '../cli-context.ts';
import { watchRuns } from '../client/watch.ts';
import { exitCodes } from '../exit-codes.ts';
import { createBoard } from '../output/board.ts';
import { coloured, tally } from '../output/format.ts';
import { aborted } from '../stop-signals.ts';

class Stopped extends Error {}

export function registerDemo(program: Command, context: CliContext): void {
  program
    .command('demo')
    .description('three sample environments and six runs, to look at; needs nothing else')
    .addHelpText(
      'after',
      '\nUses containers where Docker answers, else bubblewrap. The sample shops have faults, so some tests fail.' +
        '\nIt goes on until Ctrl-C; with CI=true it ends by itself, with exit code 0 when all went as it should.',
    )
    .action(async () => {
      const { stdout, stderr } = context.terminal;
      // Loaded here, so that other commands start sooner.
      const { startDemo } = await import('../../demo/demo.ts');
      const { createLocalCaller } = await import('../client/local.ts');
      const config = context.config();
      const level = config.log.level === 'info' ? 'warn' : config.log.level;
      const log = createLog({ level, pretty: stderr.interactive });
      const stop = new AbortController();
      const forget = context.terminal.onStop(() => stop.abort(new Stopped()));
      const demo = await startDemo(config, log, (line) => stdout.line(line));
      try {
        stdout.line(`The page: ${demo.url}`);
        stdout.line('Runs on one environment follow each other; environments go in parallel.');
        stdout.line();
        const board = createBoard(stdout);
        const finished = await watchRuns(createLocalCaller(demo.app), demo.runIds, {
          onProgress: board.show,
          signal: stop.signal,
        }).finally(() => board.end());
        stdout.line();
        for (const { run } of finished) {
          const verdict = coloured(stdout.paint, run.verdict ?? '');
          stdout.line(`${run.environment} run ${run.id} (${run.summary}): ${verdict} ${tally(run.counts)}`);
        }
        const { environments, runs, overlaps, lost, surprises } = await demo.judge();
        for (const surprise of surprises) stdout.line(`Not as it should be: ${surprise}`);
        stdout.line();
        stdout.line(`Logs, screenshots and pages of each run: ${demo.folder}/data/runs/<run>`);
        if (context.terminal.env['CI'] !== 'true') {
          stdout.line(`Try: MATRE_URL=${demo.url} matre show ${demo.runIds[1]}`);
          stdout.line('Ctrl-C ends the demo.');
          await aborted(stop.signal);
        }
        stdout.line(`demo: environments=${environments} runs=${runs} overlaps=${overlaps} lost=${lost}`);
        if (overlaps > 0 || lost > 0 || surprises.length > 0) context.exitCode = exitCodes.broken;
      } catch (error) {
        if (!(error instanceof Stopped)) throw error;
        context.exitCode = exitCodes.interrupted;
      } finally {
        forget();
        await demo.close();
      }
    });
}
