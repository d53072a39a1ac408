import { hostname } from 'node:os';
import type { Command } from 'commander';
import { Fault } from '../../faults/fault.ts';
import { isLoopback } from '../../model/address/loopback.ts';
import { type CliContext, jsonOption, print } from '../cli-context.ts';
import {
  type ContextFile,
  isContextName,
  parseServerUrl,
  readContexts,
  writeContexts,
} from '../client/context-file.ts';
import { requester } from '../client/requester.ts';
import { checkToken, requiresSignIn, type SignedIn, signInByBrowser } from '../client/sign-in.ts';
import { readSecret } from '../prompt.ts';
import { checkName, urlWarning } from './context.ts';

const helpFooter = `
Without a URL it signs in to the server that commands use now (\`matre context show\`). It prints an address and a
code; open the address in any browser where you are signed in to that server, compare the code, and approve. The
command gets a token with the role that you choose there, at most your own; it appears among your tokens with the
name of this machine, expires after 90 days, and is kept in a file that only you can read.

Examples:
  matre login https://matre.example.com
  matre login https://matre.example.com --name prod --token-stdin < token.txt`;

interface Options {
  name?: string;
  tokenStdin?: boolean;
  json?: boolean;
}

export function registerLogin(command: Command, context: CliContext): void {
  command
    .argument('[url]', 'address of the server')
    .option('--name <name>', 'name of the context; the host of the server by default')
    .option('--token-stdin', 'read a token (`matre token create`) from standard input instead')
    .addOption(jsonOption())
    .addHelpText('after', helpFooter)
    .action(async (text: string | undefined, options: Options) => {
      const file = await readContexts(context.contextFile);
      const server = await chooseServer(context, file, text, options.name);
      warnAboutPlainHttp(context, server.url);
      const signedIn = await signIn(context, server.url, options);
      await writeContexts(context.contextFile, {
        current: server.name,
        contexts: {
          ...file.contexts,
          [server.name]: {
            url: server.url,
            ...(signedIn !== undefined && { token: signedIn.token, user: signedIn.user }),
            ...(signedIn?.id !== undefined && { tokenId: signedIn.id }),
          },
        },
      });
      const { url, name } = server;
      const warning = await urlWarning(context);
      const view = { url, context: name, user: signedIn?.user ?? null, role: signedIn?.role ?? null };
      print(context, options, view, (output) => {
        if (signedIn === undefined) output.line(`${url} does not require sign-in.`);
        else output.line(`Signed in to ${url} as ${signedIn.user}, ${signedIn.role}.`);
        output.line(`Commands use the context ${name} from now on; \`matre context use local\` ends that.`);
        if (warning !== undefined) context.terminal.stderr.line(warning);
      });
    });
}

/** The server to sign in to, and the name of its context. Errors: INPUT_INVALID, SERVER_NOT_CHOSEN, CONTEXT_EXISTS. */
async function chooseServer(
  context: CliContext,
  { contexts }: ContextFile,
  text: string | undefined,
  wishedName: string | undefined,
): Promise<{ url: string; name: string }> {
  if (wishedName !== undefined) checkName(wishedName);
  const target = text === undefined ? await context.target() : undefined;
  const url = text === undefined ? target?.kind === 'server' && target.url : parseServerUrl(text);
  if (!url)
    throw new Fault(
      'SERVER_NOT_CHOSEN',
      'There is no server to sign in to: no URL, no MATRE_URL and no context.',
    );
  const [sameServer] = Object.entries(contexts).filter(([, each]) => each.url === url);
  const name =
    wishedName ?? (target?.kind === 'server' ? target.context : undefined) ?? sameServer?.[0] ?? nameOf(url);
  const existing = Object.hasOwn(contexts, name) ? contexts[name] : undefined;
  if (existing !== undefined && existing.url !== url) {
    throw new Fault('CONTEXT_EXISTS', `The context ${name} is for ${existing.url}.`);
  }
  return { url, name };
}

/** The host of a server as the name of its context. */
function nameOf(url: string): string {
  const { host } = new URL(url);
  return isContextName(host) ? host : 'server';
}

/** `undefined` where the server requires no sign-in. Errors: those of `sign-in.ts`. */
async function signIn(context: CliContext, url: string, options: Options): Promise<SignedIn | undefined> {
  const { stderr, onStop } = context.terminal;
  if (options.tokenStdin) {
    const token = (await readSecret(context.terminal, 'Token: ')).trim();
    if (!/^[\x21-\x7e]{16,1000}$/.test(token)) {
      throw new Fault(
        'INPUT_INVALID',
        'Standard input has no token: one line of at least 16 characters without blanks.',
      );
    }
    return checkToken(url, token);
  }
  if (!(await requiresSignIn(url))) return undefined;
  const stop = new AbortController();
  const unsubscribe = onStop(() => stop.abort(new Fault('INPUT_INVALID', 'The sign-in was interrupted.')));
  try {
    return await signInByBrowser(url, {
      device: `${requester(context.terminal.env).replace(/^cli:/, '')} on ${hostname()}`.slice(0, 100),
      signal: stop.signal,
      // On standard error, so that --json prints one document.
      show({ address, userCode, minutes }) {
        stderr.line(`Open ${address}`);
        stderr.line(
          `in a browser, and approve the code ${stderr.paint.bold(userCode)} within ${minutes} minutes.`,
        );
      },
    });
  } finally {
    unsubscribe();
  }
}

/** A token that is sent without TLS can be read on the way. */
function warnAboutPlainHttp(context: CliContext, url: string): void {
  const { protocol, hostname } = new URL(url);
  if (protocol === 'https:' || isLoopback(hostname)) return;
  context.terminal.stderr.line(
    `Warning: ${url} is not encrypted, so others on the network can read the token.`,
  );
}
