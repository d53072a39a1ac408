import type { Command } from 'commander';
import { editEnvironment } from '../../../operations/environments/environments.ts';
import { type CliContext, jsonOption, print } from '../../cli-context.ts';
import { fieldOptions, readFields } from './fields.ts';

export function registerEdit(env: Command, context: CliContext): void {
  const command = env
    .command('edit')
    .description('change an environment; unspecified fields are unchanged')
    .argument('<code>', 'environment');
  for (const option of fieldOptions('edit')) command.addOption(option);
  command
    .option('--remove-shop-credentials', 'remove the user and password of the base URL')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      '\nThe password can also come from MATRE_ADMIN_PASSWORD. A base URL without user and password keeps the stored ones, unless\n' +
        'its host changes. Test modules are replaced as a whole; a module keeps its password while its repository is the same.\n' +
        '\nExample:\n  matre env edit preprod-us --admin-password-stdin < password.txt\n' +
        '  matre env edit preprod-us --image magento-mftf:2.4.7 --module name=main,branch=release/2.4.7',
    )
    .action(async (code: string, options) => {
      const fields = await readFields(context.terminal, options);
      const shopCredentials = options.removeShopCredentials === true ? null : undefined;
      const changes = { code, ...fields, shopCredentials };
      const edited = await context.withCaller((caller) => caller.call(editEnvironment, changes));
      print(context, options, edited, (output) => output.line(`Environment ${code} was changed.`));
    });
}
