import type { Command } from 'commander';
import { renderUnicodeCompact } from 'uqr';
import {
  beginSecondFactor,
  disableSecondFactor,
  enableSecondFactor,
  renewRecoveryCodes,
  showSecondFactor,
} from '../../operations/users/second-factor.ts';
import { type CliContext, jsonOption, print } from '../cli-context.ts';
import { localTime, plural } from '../output/format.ts';
import type { Output } from '../output/terminal.ts';
import { createSecretReader, type SecretReader } from '../prompt.ts';

const inputFooter = `
It asks for what it needs without showing it. Without a terminal each answer is a line of standard input.`;

export function registerSecondFactor(secondFactor: Command, context: CliContext): void {
  registerEnable(secondFactor, context);

  secondFactor
    .command('status')
    .description('show whether you have a second factor, and how many recovery codes are left')
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  matre second-factor status')
    .action(async (options) => {
      const view = await context.withCaller((caller) => caller.call(showSecondFactor, {}));
      print(context, options, view, ({ line }) => {
        const { enabledAt, recoveryCodesLeft, demanded } = view;
        if (enabledAt === null)
          line(`You have no second factor${demanded ? ', and your role must have one' : ''}.`);
        else
          line(
            `Your second factor is enabled since ${localTime(enabledAt)}, with ${plural(recoveryCodesLeft, 'recovery code')} left.`,
          );
      });
    });

  secondFactor
    .command('recovery-codes')
    .description('get ten new recovery codes; those before are invalid')
    .addOption(jsonOption())
    .addHelpText('after', `${inputFooter}\n\nExample:\n  matre second-factor recovery-codes`)
    .action(async (options) => {
      const renewed = await withSecrets(context, async (reader) => {
        const proof = await readProof(reader);
        return context.withCaller((caller) => caller.call(renewRecoveryCodes, proof));
      });
      print(context, options, renewed, (output) => printRecoveryCodes(output, renewed.recoveryCodes));
    });

  secondFactor
    .command('disable')
    .description('sign in with the password alone again')
    .addOption(jsonOption())
    .addHelpText('after', `${inputFooter}\n\nExample:\n  matre second-factor disable`)
    .action(async (options) => {
      const view = await withSecrets(context, async (reader) => {
        const proof = await readProof(reader);
        return context.withCaller((caller) => caller.call(disableSecondFactor, proof));
      });
      print(context, options, view, ({ line }) => {
        line('Your second factor was disabled.');
        if (view.demanded) line('Your role must have one: set it up again before anything else.');
      });
    });
}

function registerEnable(secondFactor: Command, context: CliContext): void {
  secondFactor
    .command('enable')
    .description('set up a second factor: codes of an authenticator app, for signing in with a password')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
It asks for your password, prints a key for an authenticator app, and asks for the first code of the app. All sessions of
browsers end. Then it prints ten recovery codes, each of which replaces a code once: keep them where the device is not.
${inputFooter}

Example:
  matre second-factor enable`,
    )
    .action(async (options) => {
      const { stderr } = context.terminal;
      const enabled = await withSecrets(context, async (reader) => {
        const password = await reader.read('Your password: ');
        return context.withCaller(async (caller) => {
          const { key, uri } = await caller.call(beginSecondFactor, { password });
          // On standard error, so that --json prints one document.
          if (stderr.interactive) stderr.line(renderUnicodeCompact(uri, { border: 2 }));
          stderr.line(`Add this key to an authenticator app: ${key}`);
          stderr.line(`or open this address in it:           ${uri}`);
          const code = await reader.read('Code of the app: ');
          return caller.call(enableSecondFactor, { code });
        });
      });
      print(context, options, enabled, (output) => {
        output.line('Your second factor was enabled.');
        printRecoveryCodes(output, enabled.recoveryCodes);
      });
    });
}

function printRecoveryCodes({ line }: Output, recoveryCodes: string[]): void {
  line('Recovery codes, each for one sign-in without the app. They are never shown again:');
  for (const code of recoveryCodes) line(`  ${code}`);
}

/** The password, or a code when the password is empty. */
async function readProof(reader: SecretReader): Promise<{ password: string } | { code: string }> {
  const password = await reader.read('Your password (or press Enter to use a code): ');
  return password === '' ? { code: await reader.read('Code: ') } : { password };
}

async function withSecrets<T>(context: CliContext, work: (reader: SecretReader) => Promise<T>): Promise<T> {
  const reader = createSecretReader(context.terminal);
  try {
    return await work(reader);
  } finally {
    reader.close();
  }
}
