import { Argument, type Command, Option } from 'commander';
import { roles } from '../../model/access.ts';
import { addUser, editUser, listUsers, removeUser } from '../../operations/users/users.ts';
import { type CliContext, jsonOption, print } from '../cli-context.ts';
import { passwordOption, readNewPassword } from '../new-password.ts';
import { ago } from '../output/format.ts';
import { printTable } from '../output/table.ts';

export function registerUser(program: Command, context: CliContext): void {
  const user = program.command('user').description('who can sign in, and what they may do');

  user
    .command('add')
    .description('add a user who signs in with a password')
    .argument('<name>', 'what the user types to sign in')
    .addOption(new Option('--role <role>', 'what the user may do').choices(roles).default('viewer'))
    .addOption(passwordOption())
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  matre user add ada --role admin')
    .action(async (name: string, options) => {
      const password = await readNewPassword(context.terminal, options);
      const added = await context.withCaller((caller) =>
        caller.call(addUser, { name, role: options.role, password }),
      );
      print(context, options, added, (output) => output.line(`${added.name} can sign in as ${added.role}.`));
    });

  user
    .command('list')
    .description('list who can sign in')
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  matre user list')
    .action(async (options) => {
      const found = await context.withCaller((caller) => caller.call(listUsers, {}));
      print(context, options, found, (output) => {
        if (found.users.length === 0) return output.line('There are no users; see matre user add.');
        printTable(
          output,
          [
            { heading: 'Name', text: ({ name }) => name },
            { heading: 'Role', text: ({ role }) => role },
            { heading: 'Signs in with', text: ({ via }) => (via === 'oidc' ? 'OpenID Connect' : 'password') },
            {
              heading: 'Last sign-in',
              text: ({ signedInAt }) => (signedInAt === null ? 'never' : ago(signedInAt)),
            },
          ],
          found.users,
        );
      });
    });

  user
    .command('role')
    .description('give a user another role, from now on')
    .argument('<name>', 'of the user')
    .addArgument(new Argument('<role>', 'what the user may do').choices(roles))
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  matre user role ada operator')
    .action(async (name: string, role: (typeof roles)[number], options) => {
      const edited = await context.withCaller((caller) => caller.call(editUser, { name, role }));
      print(context, options, edited, (output) => output.line(`${edited.name} is ${edited.role} now.`));
    });

  user
    .command('password')
    .description('give a user another password, and end the sessions of the user')
    .argument('<name>', 'of the user')
    .addOption(passwordOption())
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  matre user password ada')
    .action(async (name: string, options) => {
      const password = await readNewPassword(context.terminal, options);
      const edited = await context.withCaller((caller) => caller.call(editUser, { name, password }));
      print(context, options, edited, (output) =>
        output.line(`${edited.name} has a new password, and must sign in again.`),
      );
    });

  user
    .command('remove')
    .description('remove a user, with all sessions and tokens of the user')
    .argument('<name>', 'of the user')
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  matre user remove ada')
    .action(async (name: string, options) => {
      const removed = await context.withCaller((caller) => caller.call(removeUser, { name }));
      print(context, options, removed, (output) => output.line(`${removed.name} can no longer sign in.`));
    });
}
