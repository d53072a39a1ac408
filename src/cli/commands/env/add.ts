import type { Command } from 'commander';
import { addEnvironment } from '../../../operations/environments/environments.ts';
import { type CliContext, jsonOption, print } from '../../cli-context.ts';
import { fieldOptions, readFields } from './fields.ts';

export function registerAdd(env: Command, context: CliContext): void {
  const command = env
    .command('add')
    .description('add an environment')
    .argument('<code>', 'unique: lower-case letters, digits, - and _');
  for (const option of fieldOptions('add')) command.addOption(option);
  command
    .addOption(jsonOption())
    .addHelpText(
      'after',
      '\nThe password can also come from MATRE_ADMIN_PASSWORD. It is encrypted before it is stored, and so are a user and password\n' +
        'in the base URL, percent-encoded (%40 for @). Import them from a file (matre env import) to keep them out of the list of\n' +
        'processes.\n' +
        '\nExample:\n  matre env add preprod-us --base-url https://us.preprod.example.com/ --admin-username admin --ask-admin-password',
    )
    .action(async (code: string, options) => {
      const { baseUrl, adminUsername } = options;
      const fields = await readFields(context.terminal, options);
      const input = { ...fields, code, baseUrl, adminUsername };
      const added = await context.withCaller((caller) => caller.call(addEnvironment, input));
      print(context, options, added, (output) => {
        output.line(`Environment ${added.code} was added with id ${added.id}.`);
        if (added.hasShopCredentials)
          output.line('The user and password of its base URL are stored encrypted.');
        if (!added.hasAdminPassword) output.line('It has no admin password yet.');
      });
    });
}
