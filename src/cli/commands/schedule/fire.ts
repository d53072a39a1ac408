import type { Command } from 'commander';
import { Fault, type FaultCode } from '../../../faults/fault.ts';
import { fireSchedule } from '../../../operations/schedules/schedules.ts';
import { type CliContext, jsonOption, print } from '../../cli-context.ts';
import { clean } from '../../output/format.ts';

export function registerFire(schedule: Command, context: CliContext): void {
  schedule
    .command('fire')
    .description('fire a schedule now, even if it is paused; its next times are unchanged')
    .argument('<name>', 'schedule')
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  matre schedule fire nightly')
    .action(async (name: string, options) => {
      const firing = await context.withCaller((caller) => caller.call(fireSchedule, { name }));
      const { outcome, reason, runs } = firing;
      if (outcome === 'failed' && reason && !options.json) {
        throw new Fault(reason.code as FaultCode, reason.message);
      }
      print(context, options, firing, (output) => {
        for (const run of runs)
          output.line(`Run ${run.id} on ${run.environment} was submitted; it is ${run.state}.`);
        if (reason) output.line(clean(reason.message));
      });
      if (outcome === 'failed') context.exitCode = 3;
    });
}
