import type { Command } from 'commander';
import { addEnvironment } from '../../../operations/environments/environments.ts';
import { type CliContext, jsonOption, print } from '../../cli-context.ts';
import { passwordOptions, readPassword } from './password.ts';

export function registerAdd(env: Command, context: CliContext): void {
  const command = env
    .command('add')
    .description('add an environment')
    .argument('<code>', 'unique: lower-case letters, digits, - and _')
    .requiredOption('--base-url <url>', 'address of the shop')
    .requiredOption('--admin-username <name>', 'user of the admin panel')
    .option('--name <name>', 'for people; the code by default')
    .option('--backend-name <path>', 'path of the admin panel', 'admin')
    .option('--slots <number>', 'in how many containers a run executes its tests at a time; 1 by default');
  for (const option of passwordOptions()) command.addOption(option);
  command
    .addOption(jsonOption())
    .addHelpText(
      'after',
      '\nThe password can also come from MATRE_ADMIN_PASSWORD. It is encrypted before it is stored.\n' +
        '\nExample:\n  matre env add preprod-us --base-url https://us.preprod.example.com/ --admin-username admin --ask-admin-password',
    )
    .action(async (code: string, options) => {
      const { baseUrl, adminUsername, name, backendName, slots } = options;
      const adminPassword = await readPassword(context.terminal, options);
      const added = await context.withCaller((caller) =>
        caller.call(addEnvironment, {
          code,
          name,
          baseUrl,
          backendName,
          adminUsername,
          adminPassword,
          slots,
        }),
      );
      print(context, options, added, (output) => {
        output.line(`Environment ${added.code} was added with id ${added.id}.`);
        if (!added.hasAdminPassword) output.line('It has no admin password yet.');
      });
    });
}
