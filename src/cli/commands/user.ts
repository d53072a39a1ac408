import { Argument, type Command, Option } from 'commander';
import { roles } from '../../model/access.ts';
import {
  addUser,
  createResetLink,
  editUser,
  listUsers,
  removeSecondFactor,
  removeUser,
} from '../../operations/users/users.ts';
import { type CliContext, jsonOption, print } from '../cli-context.ts';
import { passwordOption, readNewPassword } from '../new-password.ts';
import { ago, localTime } from '../output/format.ts';
import { printTable } from '../output/table.ts';

const activations = [
  {
    command: 'deactivate',
    active: false,
    description: 'end all sessions of a user, and refuse sign-in and tokens until the user is activated',
    outcome: 'was deactivated, and all sessions were ended',
  },
  {
    command: 'activate',
    active: true,
    description: 'let a deactivated user sign in again',
    outcome: 'was activated',
  },
];

export function registerUser(user: Command, context: CliContext): void {
  user
    .command('add')
    .description('add a user who signs in with a password')
    .argument('<name>', 'name to sign in with')
    .addOption(new Option('--role <role>', 'role of the user').choices(roles).default('viewer'))
    .addOption(passwordOption())
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  matre user add ada --role admin')
    .action(async (name: string, options) => {
      const password = await readNewPassword(context.terminal, options);
      const added = await context.withCaller((caller) =>
        caller.call(addUser, { name, role: options.role, password }),
      );
      print(context, options, added, (output) =>
        output.line(`User ${added.name} was added as ${added.role}.`),
      );
    });

  registerList(user, context);

  user
    .command('role')
    .description('change the role of a user, with immediate effect')
    .argument('<name>', 'user')
    .addArgument(new Argument('<role>', 'role of the user').choices(roles))
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  matre user role ada operator')
    .action(async (name: string, role: (typeof roles)[number], options) => {
      const edited = await context.withCaller((caller) => caller.call(editUser, { name, role }));
      print(context, options, edited, (output) =>
        output.line(`The role of ${edited.name} was changed to ${edited.role}.`),
      );
    });

  user
    .command('password')
    .description('set a new password for a user, and end all sessions of the user')
    .argument('<name>', 'user')
    .addOption(passwordOption())
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  matre user password ada')
    .action(async (name: string, options) => {
      const password = await readNewPassword(context.terminal, options);
      const edited = await context.withCaller((caller) => caller.call(editUser, { name, password }));
      print(context, options, edited, (output) =>
        output.line(`The password of ${edited.name} was changed, and all sessions were ended.`),
      );
    });

  registerReset(user, context);
  registerActivations(user, context);

  user
    .command('remove-second-factor')
    .description('let a user who has lost the device and the recovery codes sign in with the password alone')
    .argument('<name>', 'user')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
When no admin can sign in any more, it works on the machine of the server, on the data folder or with DATABASE_URL
(\`matre help contexts\`).

Example:
  matre user remove-second-factor ada`,
    )
    .action(async (name: string, options) => {
      const edited = await context.withCaller((caller) => caller.call(removeSecondFactor, { name }));
      print(context, options, edited, (output) =>
        output.line(`The second factor of ${edited.name} was removed.`),
      );
    });

  user
    .command('remove')
    .description('remove a user, with all sessions and tokens of the user')
    .argument('<name>', 'user')
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  matre user remove ada')
    .action(async (name: string, options) => {
      const removed = await context.withCaller((caller) => caller.call(removeUser, { name }));
      print(context, options, removed, (output) => output.line(`User ${removed.name} was removed.`));
    });
}

function registerReset(user: Command, context: CliContext): void {
  user
    .command('reset')
    .description('create a link with which a user sets a new password, once, within a day')
    .argument('<name>', 'user')
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  matre user reset ada')
    .action(async (name: string, options) => {
      const link = await context.withCaller(async (caller) => {
        const { path, expiresAt } = await caller.call(createResetLink, { name });
        return { url: caller.url === undefined ? null : `${caller.url}${path}`, path, expiresAt };
      });
      print(context, options, link, ({ line }) => {
        line(link.url ?? `${link.path}   (at the address of the server)`);
        line(
          `Give it to ${name} over a channel that you trust. It works once, until ${localTime(link.expiresAt)}.`,
        );
      });
    });
}

function registerActivations(user: Command, context: CliContext): void {
  for (const { command, active, description, outcome } of activations) {
    user
      .command(command)
      .description(description)
      .argument('<name>', 'user')
      .addOption(jsonOption())
      .addHelpText('after', `\nExample:\n  matre user ${command} ada`)
      .action(async (name: string, options) => {
        const edited = await context.withCaller((caller) => caller.call(editUser, { name, active }));
        print(context, options, edited, (output) => output.line(`User ${edited.name} ${outcome}.`));
      });
  }
}

function registerList(user: Command, context: CliContext): void {
  user
    .command('list')
    .description('list the users')
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  matre user list')
    .action(async (options) => {
      const list = await context.withCaller((caller) => caller.call(listUsers, {}));
      print(context, options, list, (output) => {
        if (list.users.length === 0) return output.line('There are no users; see matre user add.');
        printTable(
          output,
          [
            { heading: 'Name', text: ({ name }) => name },
            { heading: 'Role', text: ({ role }) => role },
            {
              heading: 'Signs in with',
              text: ({ via, deactivatedAt, secondFactor }) => {
                if (deactivatedAt) return 'deactivated';
                if (via === 'oidc') return 'OpenID Connect';
                return secondFactor ? 'password and code' : 'password';
              },
            },
            {
              heading: 'Last sign-in',
              text: ({ signedInAt }) => (signedInAt === null ? 'never' : ago(signedInAt)),
            },
          ],
          list.users,
        );
      });
    });
}
