import type { Command } from 'commander';
import { Fault, isFault } from '../../faults/fault.ts';
import { type CliContext, jsonOption, print } from '../cli-context.ts';
import { readContexts, writeContexts } from '../client/context-file.ts';
import { revokeOwnToken } from '../client/sign-in.ts';
import { contextOf } from './context.ts';

const helpFooter = `
A token of \`matre login\` is revoked on the server. One that was read with --token-stdin is only forgotten here, because
others may use it. The context stays; \`matre context remove\` removes it.

Example:
  matre logout prod`;

export function registerLogout(command: Command, context: CliContext): void {
  command
    .argument('[context]', 'context; the current one by default')
    .addOption(jsonOption())
    .addHelpText('after', helpFooter)
    .action(async (argument: string | undefined, options) => {
      const file = await readContexts(context.contextFile);
      const name = argument ?? (await currentContext(context)) ?? file.current;
      if (name === null) throw new Fault('CONTEXT_UNKNOWN', 'No context is in use.');
      const { url, token, tokenId } = contextOf(file.contexts, name);
      if (token === undefined) throw new Fault('INPUT_INVALID', `The context ${name} has no token.`);
      const revoked = tokenId !== undefined && (await revoke(context, { url, token, id: tokenId }));
      await writeContexts(context.contextFile, { ...file, contexts: { ...file.contexts, [name]: { url } } });
      print(context, options, { context: name, url, revoked }, (output) => {
        output.line(
          `Signed out of ${url}: the token was ${revoked ? 'revoked and ' : ''}removed from this machine.`,
        );
        if (tokenId === undefined)
          output.line('The token is still valid, because it was not created by `matre login`.');
      });
    });
}

/** The context of `--context`; `undefined` when something else chooses the server. */
async function currentContext(context: CliContext): Promise<string | undefined> {
  const target = await context.target();
  return target.kind === 'server' ? target.context : undefined;
}

/** Revokes a token; false, with a message, when the server does not answer. */
async function revoke(
  { terminal }: CliContext,
  { url, token, id }: { url: string; token: string; id: number },
): Promise<boolean> {
  try {
    await revokeOwnToken(url, token, id);
  } catch (error) {
    if (isFault(error, 'SERVER_UNREACHABLE')) {
      terminal.stderr.line(
        `${error.message} Token ${id} could not be revoked; \`matre token revoke ${id}\` does that later.`,
      );
      return false;
    }
    // It is not valid any more.
    if (!isFault(error, 'UNAUTHORIZED', 'TOKEN_UNKNOWN')) throw error;
  }
  return true;
}
