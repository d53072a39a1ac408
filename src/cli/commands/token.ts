import { type Command, InvalidArgumentError, Option } from 'commander';
import { roles } from '../../model/access.ts';
import { createToken, listTokens, revokeToken } from '../../operations/users/tokens.ts';
import { type CliContext, jsonOption, print } from '../cli-context.ts';
import { ago } from '../output/format.ts';
import { printTable } from '../output/table.ts';

const defaultDays = 90;

export function registerToken(program: Command, context: CliContext): void {
  const token = program
    .command('token')
    .description('API tokens: what commands and programs show to the server');

  token
    .command('create')
    .description('make a token, and print its secret: once, it is never shown again')
    .argument('<name>', 'what it is for')
    .addOption(new Option('--role <role>', 'what it may do').choices(roles).default('operator'))
    .option('--expires <days>', 'after how many days it ends, or never', parseDays, defaultDays)
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  matre token create ci --role operator --expires 365')
    .action(async (name: string, options) => {
      const expiresInDays = options.expires === 'never' ? null : options.expires;
      const made = await context.withCaller((caller) =>
        caller.call(createToken, { name, role: options.role, expiresInDays }),
      );
      print(context, options, made, (output) => output.line(made.secret));
      if (options.json) return;
      const until = made.expiresAt === null ? 'until it is revoked' : `until ${made.expiresAt.slice(0, 10)}`;
      context.terminal.stderr.line(`Token ${made.id} is ${made.role} ${until}. Set MATRE_TOKEN to it.`);
    });

  token
    .command('list')
    .description('list tokens: one’s own; all for an admin')
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  matre token list')
    .action(async (options) => {
      const found = await context.withCaller((caller) => caller.call(listTokens, {}));
      print(context, options, found, (output) => {
        if (found.tokens.length === 0) return output.line('There are no tokens; see matre token create.');
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
          found.tokens,
        );
      });
    });

  token
    .command('revoke')
    .description('revoke a token: it is refused at once')
    .argument('<id>', 'as `matre token list` shows it')
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  matre token revoke 3')
    .action(async (id: string, options) => {
      const revoked = await context.withCaller((caller) => caller.call(revokeToken, { id }));
      print(context, options, revoked, (output) =>
        output.line(`Token ${revoked.id} (${revoked.name}) is revoked.`),
      );
    });
}

function parseDays(text: string): number | 'never' {
  if (text === 'never') return text;
  if (!/^[1-9]\d{0,3}$/.test(text)) throw new InvalidArgumentError('It must be a number of days, or never.');
  return Number(text);
}
