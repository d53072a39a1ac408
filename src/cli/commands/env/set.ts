import type { Command } from 'commander';
import { Fault } from '../../../faults/fault.ts';
import { setVariables } from '../../../operations/environments/variables.ts';
import { type CliContext, jsonOption, print } from '../../cli-context.ts';
import { readSecret } from '../../prompt.ts';

export function registerSet(env: Command, context: CliContext): void {
  env
    .command('set')
    .description('set variables that tests read as {{_ENV.NAME}}')
    .argument('<code-and-values...>', 'environment, then NAME=VALUE (with --secret: one NAME)')
    .option('--global', 'for all environments: leave out the environment')
    .option('--secret', 'keep the value encrypted; it is asked for, or read from standard input')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      '\nExamples:\n  matre env set preprod-us STORE_CODE=us TIMEZONE=America/New_York\n' +
        '  matre env set --global --secret PAYMENT_API_KEY < key.txt',
    )
    .action(async (words: string[], options) => {
      const { environment, rest } = scope(words, options);
      const variables = options.secret
        ? [await secretVariable(context, rest)]
        : rest.map((word) => ({ ...assignment(word), secret: false }));
      const result = await context.withCaller((caller) =>
        caller.call(setVariables, { environment, variables }),
      );
      print(context, options, result, (output) =>
        output.line(`${variables.map(({ name }) => name).join(', ')} set ${whereOf(environment)}.`),
      );
    });
}

/** Splits the environment from what follows it; with `--global` there is none. */
export function scope(
  words: string[],
  { global }: { global?: boolean },
): { environment: string | undefined; rest: string[] } {
  const [environment, rest] = global ? [undefined, words] : [words[0], words.slice(1)];
  if (rest.length === 0) throw new Fault('INPUT_INVALID', 'The name of a variable is missing.');
  return { environment, rest };
}

export function whereOf(environment: string | undefined): string {
  return environment === undefined ? 'for all environments' : `on ${environment}`;
}

async function secretVariable(context: CliContext, rest: string[]) {
  const [name = ''] = rest;
  if (rest.length !== 1 || name.includes('=')) {
    throw new Fault(
      'INPUT_INVALID',
      'With --secret give one NAME and no value: others could see it as an argument.',
    );
  }
  return { name, value: await readSecret(context.terminal, `Value of ${name}: `), secret: true };
}

function assignment(word: string): { name: string; value: string } {
  const at = word.indexOf('=');
  if (at < 1) throw new Fault('INPUT_INVALID', `${JSON.stringify(word)} is not NAME=VALUE.`);
  return { name: word.slice(0, at), value: word.slice(at + 1) };
}
