import { type Command, Option } from 'commander';
import { Fault } from '../../../faults/fault.ts';
import { setVariables } from '../../../operations/environments/variables.ts';
import { type CliContext, jsonOption, print } from '../../cli-context.ts';
import { readSecret } from '../../prompt.ts';

export function registerSet(env: Command, context: CliContext): void {
  env
    .command('set')
    .description('set variables that tests read as {{_ENV.NAME}}')
    .argument('<code-and-values...>', 'environment, then NAME=VALUE (with --secret: one NAME)')
    .option('--global', 'set them for all environments; do not name an environment')
    .addOption(
      new Option(
        '--secret',
        'encrypt the value, which is prompted for or read from standard input',
      ).conflicts('plain'),
    )
    .option('--plain', 'store the values as plain text, even if they look like secrets')
    .option('--description <text>', 'what they are for; without it the stored description is kept')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      '\nA new variable whose name or value looks like a secret (API_TOKEN, a private key) is stored as one. Put the values of secrets\n' +
        'into standard input (--secret) or a file (matre variable import): other users of the machine can read arguments.\n' +
        '\nExamples:\n  matre env set preprod-us STORE_CODE=us TIMEZONE=America/New_York\n' +
        '  matre env set --global --secret PAYMENT_API_KEY < key.txt',
    )
    .action(async (words: string[], options) => {
      const { environment, rest } = splitScope(words, options);
      const { plain, description } = options;
      const parsed = options.secret
        ? [await readSecretVariable(context, rest)]
        : rest.map((word) => ({ ...parseAssignment(word), secret: plain ? false : undefined }));
      const variables = parsed.map((variable) => ({ ...variable, description }));
      const result = await context.withCaller((caller) =>
        caller.call(setVariables, { environment, variables }),
      );
      print(context, options, result, (output) => {
        const names = variables.map(({ name }) => name);
        output.line(changedText(names, 'set', environment));
        const guesses = options.secret
          ? []
          : result.variables.filter(({ name, secret }) => secret && names.includes(name));
        for (const { name } of guesses) {
          output.line(
            `${name} is a secret, by its name or value or as before; --plain stores it as plain text.`,
          );
        }
      });
    });
}

/** Splits the environment from the arguments after it; with `--global` there is none. Errors: INPUT_INVALID. */
export function splitScope(
  words: string[],
  { global }: { global?: boolean },
): { environment: string | undefined; rest: string[] } {
  const [environment, rest] = global ? [undefined, words] : [words[0], words.slice(1)];
  if (rest.length === 0)
    throw new Fault('INPUT_INVALID', 'The name of a variable is missing. Add it after the environment.');
  return { environment, rest };
}

/** What was done to variables: `A, B were set on preprod-us.` */
export function changedText(names: readonly string[], done: string, environment: string | undefined): string {
  const scope = environment === undefined ? 'for all environments' : `on ${environment}`;
  return `${names.join(', ')} ${names.length === 1 ? 'was' : 'were'} ${done} ${scope}.`;
}

async function readSecretVariable(context: CliContext, rest: string[]) {
  const [name = ''] = rest;
  if (rest.length !== 1 || name.includes('=')) {
    throw new Fault(
      'INPUT_INVALID',
      '--secret takes one NAME and no value, because other users of the machine can read arguments.',
    );
  }
  return { name, value: await readSecret(context.terminal, `Value of ${name}: `), secret: true };
}

function parseAssignment(word: string): { name: string; value: string } {
  const at = word.indexOf('=');
  if (at < 1) throw new Fault('INPUT_INVALID', `${JSON.stringify(word)} is not NAME=VALUE.`);
  return { name: word.slice(0, at), value: word.slice(at + 1) };
}
