import { type Command, InvalidArgumentError, Option } from 'commander';
import { roles } from '../../model/access.ts';
import { createToken, listTokens, revokeToken } from '../../operations/users/tokens.ts';
import { type CliContext, jsonOption, print } from '../cli-context.ts';
import { ago } from '../output/format.ts';
import { printTable } from '../output/table.ts';

const defaultDays = 90;

export function registerToken(token: Command, context: CliContext): void {
  token
    .command('create')
    .description('create a token and print its secret, which is never shown again')
    .argument('<name>', 'purpose of the token')
    .addOption(new Option('--role <role>', 'role of the token').choices(roles).default('operator'))
    .option('--expires <days>', 'lifetime in days, or never', parseDays, defaultDays)
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  matre token create ci --role operator --expires 365')
    .action(async (name: string, options) => {
      const expiresInDays = options.expires === 'never' ? null : options.expires;
      const created = await context.withCaller((caller) =>
        caller.call(createToken, { name, role: options.role, expiresInDays }),
      );
      print(context, options, created, (output) => output.line(created.secret));
      if (options.json) return;
      const validity =
        created.expiresAt === null ? 'until it is revoked' : `until ${created.expiresAt.slice(0, 10)}`;
      context.terminal.stderr.line(
        `Token ${created.id} was created as ${created.role}, valid ${validity}. Set MATRE_TOKEN to the secret.`,
      );
    });

  token
    .command('list')
    .description('list your tokens; an admin sees all')
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  matre token list')
    .action(async (options) => {
      const list = await context.withCaller((caller) => caller.call(listTokens, {}));
      print(context, options, list, (output) => {
        if (list.tokens.length === 0) return output.line('There are no tokens; see matre token create.');
        printTable(
          output,
          [
            { heading: 'Id', text: ({ id }) => String(id) },
            { heading: 'Name', text: ({ name }) => name },
            { heading: 'Role', text: ({ role }) => role },
            { heading: 'User', text: ({ user }) => user ?? '' },
            { heading: 'Last use', text: ({ usedAt }) => (usedAt === null ? 'never' : ago(usedAt)) },
            {
              heading: 'Expires',
              text: ({ expiresAt, expired }) =>
                expired ? 'expired' : expiresAt === null ? 'never' : expiresAt.slice(0, 10),
            },
          ],
          list.tokens,
        );
      });
    });

  token
    .command('revoke')
    .description('revoke a token, with immediate effect')
    .argument('<id>', 'as shown by `matre token list`')
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  matre token revoke 3')
    .action(async (id: string, options) => {
      const revoked = await context.withCaller((caller) => caller.call(revokeToken, { id }));
      print(context, options, revoked, (output) =>
        output.line(`Token ${revoked.id} (${revoked.name}) was revoked.`),
      );
    });
}

function parseDays(text: string): number | 'never' {
  if (text === 'never') return text;
  if (!/^[1-9]\d{0,3}$/.test(text)) throw new InvalidArgumentError('It must be a number of days, or never.');
  return Number(text);
}
