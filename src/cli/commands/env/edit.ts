import type { Command } from 'commander';
import { editEnvironment } from '../../../operations/environments/environments.ts';
import { type CliContext, jsonOption, print } from '../../cli-context.ts';
import { passwordOptions, readPassword } from './password.ts';

export function registerEdit(env: Command, context: CliContext): void {
  const command = env
    .command('edit')
    .description('change an environment; what is not named stays')
    .argument('<code>', 'environment')
    .option('--name <name>', 'for people')
    .option('--base-url <url>', 'address of the shop')
    .option('--backend-name <path>', 'path of the admin panel')
    .option('--admin-username <name>', 'user of the admin panel')
    .option('--slots <number>', 'in how many containers a run executes its tests at a time');
  for (const option of passwordOptions()) command.addOption(option);
  command
    .addOption(jsonOption())
    .addHelpText(
      'after',
      '\nThe password can also come from MATRE_ADMIN_PASSWORD.\n' +
        '\nExample:\n  matre env edit preprod-us --admin-password-stdin < password.txt',
    )
    .action(async (code: string, options) => {
      const { baseUrl, adminUsername, name, backendName, slots } = options;
      const adminPassword = await readPassword(context.terminal, options);
      const edited = await context.withCaller((caller) =>
        caller.call(editEnvironment, {
          code,
          name,
          baseUrl,
          backendName,
          adminUsername,
          adminPassword,
          slots,
        }),
      );
      print(context, options, edited, (output) => output.line(`Environment ${code} was changed.`));
    });
}
