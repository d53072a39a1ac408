import type { Command } from 'commander';
import type { QuarantineView } from '../../operations/triage/quarantine-view.ts';
import {
  addQuarantine,
  changeQuarantine,
  endQuarantine,
  listQuarantines,
} from '../../operations/triage/quarantines.ts';
import { type CliContext, jsonOption, parseWhole, print } from '../cli-context.ts';
import { clean, plural } from '../output/format.ts';
import { printTable } from '../output/table.ts';
import { parseUntil } from '../until.ts';

const addFooter = `
A quarantine covers failures of known causes: the one of --cause, or all with which the test failed there so far. They are
shown as quarantined, and do not decide the verdict and the exit code. A failure of another cause decides, and so does a
broken test. Runs that were judged before keep their verdicts.

Examples:
  matre quarantine add StorefrontCartTest -e preprod-us --until 14d --reason "waits for the mini cart, SHOP-123"
  matre quarantine add Checkout:GuestTest --cause 1f0c7d2be9a4c3d5 --until 2026-12-31 --owner alice --reason "flaky modal"`;

export function registerQuarantine(quarantine: Command, context: CliContext): void {
  quarantine
    .command('add')
    .description('quarantine a flaky test: until a date, its known failures do not decide verdicts')
    .argument('<test>', 'name of the test, or Suite:Test')
    .requiredOption('--until <end>', 'end, at most 90 days away: 14d, 2w or 2026-12-31', (text: string) =>
      parseUntil(text).toISOString(),
    )
    .requiredOption('--reason <text>', 'why, in a line')
    .option('-e, --env <code>', 'one environment; without it, all')
    .option('--cause <cause>', 'this cause only, as `matre show` prints it')
    .option('--owner <name>', 'who repairs the test; by default you')
    .addOption(jsonOption())
    .addHelpText('after', addFooter)
    .action(async (test: string, options) => {
      const { until, reason, env, cause, owner } = options;
      const added = await context.withCaller((caller) =>
        caller.call(addQuarantine, {
          test,
          reason,
          endsAt: until,
          ...(env !== undefined && { environment: env }),
          ...(cause !== undefined && { cause }),
          ...(owner !== undefined && { owner }),
        }),
      );
      print(context, options, added, (output) =>
        output.line(
          `Quarantine ${added.id} was added: ${nameOf(added)} on ${placeOf(added)}, ${plural(added.causes.length, 'cause')}, until ${dayOf(added)}.`,
        ),
      );
    });

  quarantine
    .command('list')
    .description('list the quarantines, the first to end first')
    .option('--ended', 'those that have ended, the newest first')
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  matre quarantine list')
    .action(async (options: { ended?: boolean; json?: boolean }) => {
      const state = options.ended ? 'ended' : 'active';
      const list = await context.withCaller((caller) => caller.call(listQuarantines, { state }));
      print(context, options, list, (output) => {
        if (list.quarantines.length === 0) {
          return output.line(options.ended ? 'No quarantine has ended.' : 'No test is quarantined.');
        }
        printTable(
          output,
          [
            { heading: 'Id', text: ({ id }) => String(id) },
            { heading: 'Test', text: nameOf, truncate: 'middle' },
            { heading: 'Environment', text: placeOf },
            { heading: 'Until', text: dayOf },
            { heading: 'Owner', text: ({ owner }) => clean(owner) },
            { heading: 'Causes', text: ({ causes }) => String(causes.length) },
            { heading: 'Reason', text: ({ reason }) => clean(reason), truncate: 'end' },
          ],
          list.quarantines,
        );
      });
    });

  quarantine
    .command('edit')
    .description('change the end, reason or owner of a quarantine')
    .argument('<id>', 'as shown by `matre quarantine list`', parseWhole)
    .option('--until <end>', 'end, at most 90 days away: 14d, 2w or 2026-12-31', (text: string) =>
      parseUntil(text).toISOString(),
    )
    .option('--reason <text>', 'why, in a line')
    .option('--owner <name>', 'who repairs the test')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      '\nRuns that were judged before keep their verdicts.\n\nExample:\n  matre quarantine edit 3 --until 14d --owner alice',
    )
    .action(async (id: number, options) => {
      const { until, reason, owner } = options;
      const changed = await context.withCaller((caller) =>
        caller.call(changeQuarantine, {
          id,
          ...(until !== undefined && { endsAt: until }),
          ...(reason !== undefined && { reason }),
          ...(owner !== undefined && { owner }),
        }),
      );
      print(context, options, changed, (output) =>
        output.line(
          `Quarantine ${id} was changed: ${nameOf(changed)} until ${dayOf(changed)}, owner ${clean(changed.owner)}.`,
        ),
      );
    });

  quarantine
    .command('end')
    .description('end a quarantine now; judged runs keep their verdicts')
    .argument('<id>', 'as shown by `matre quarantine list`', parseWhole)
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  matre quarantine end 3')
    .action(async (id: number, options) => {
      const ended = await context.withCaller((caller) => caller.call(endQuarantine, { id }));
      print(context, options, ended, (output) =>
        output.line(`Quarantine ${id} of ${nameOf(ended)} was ended; its failures decide again.`),
      );
    });
}

const nameOf = ({ test, suite }: Pick<QuarantineView, 'test' | 'suite'>) =>
  clean(suite === null ? test : `${suite}:${test}`);

const placeOf = ({ environment }: QuarantineView) => environment ?? 'all environments';

const dayOf = ({ endsAt, endedAt }: QuarantineView) => (endedAt ?? endsAt).slice(0, 10);
