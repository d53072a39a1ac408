import type { Command } from 'commander';
import { Fault } from '../../faults/fault.ts';
import { type CliContext, jsonOption, print } from '../cli-context.ts';
import {
  isContextName,
  localName,
  parseServerUrl,
  readContexts,
  type ServerContext,
  writeContexts,
} from '../client/context-file.ts';
import { printFields, printTable } from '../output/table.ts';

const helpFooter = `
A context is a server with its token. \`matre login\` adds one and signs in. The tokens are in a file that only you can
read; \`matre help contexts\` says where, and in which order a command chooses its server.

Examples:
  matre context add staging https://matre.staging.example.com
  matre context use staging
  matre list --context local`;

export function registerContext(group: Command, context: CliContext): void {
  group.addHelpText('after', helpFooter);
  registerList(group, context);
  registerShow(group, context);
  registerUse(group, context);
  registerAdd(group, context);
  registerRemove(group, context);
}

function registerList(group: Command, context: CliContext): void {
  group
    .command('list')
    .description('list the contexts, without their tokens')
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  matre context list')
    .action(async (options) => {
      const { current, contexts } = await readContexts(context.contextFile);
      const rows = Object.entries(contexts).map(([name, { url, user, token }]) => ({
        name,
        url,
        user: user ?? null,
        hasToken: token !== undefined,
        current: name === current,
      }));
      print(context, options, { contexts: rows }, (output) => {
        if (rows.length === 0)
          return output.line('There are no contexts; see matre login and matre context add.');
        printTable(
          output,
          [
            { heading: 'Name', text: ({ name }) => name },
            { heading: 'Current', text: ({ current }) => (current ? 'yes' : '') },
            { heading: 'Server', text: ({ url }) => url },
            {
              heading: 'Signed in as',
              text: ({ user, hasToken }) => user ?? (hasToken ? 'with a token' : '-'),
            },
          ],
          rows,
        );
      });
    });
}

function registerShow(group: Command, context: CliContext): void {
  group
    .command('show')
    .description('show which server commands use now, and why')
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  matre context show')
    .action(async (options) => {
      const target = await context.target();
      const view =
        target.kind === 'server'
          ? { server: target.url, chosenBy: target.chosenBy, hasToken: target.token !== undefined }
          : { server: null, chosenBy: target.chosen ? '--context local' : null, hasToken: false };
      const server = target.kind === 'server' ? target.url : await describeData(context);
      print(context, options, { ...view, file: context.contextFile ?? null }, (output) =>
        printFields(output, [
          ['Server', server],
          ['Chosen by', view.chosenBy ?? 'nothing: no --context, no MATRE_URL, no current context'],
          ['Token', view.hasToken ? 'sent with each request' : 'none'],
          ['Contexts', context.contextFile ?? 'none: neither HOME nor XDG_CONFIG_HOME is set'],
        ]),
      );
    });
}

async function describeData(context: CliContext): Promise<string> {
  const { dataFolder, databaseUrl } = (await context.config()).store;
  const data = databaseUrl === undefined ? `the data folder ${dataFolder}` : 'the database of DATABASE_URL';
  return `none; commands use ${data}, or the server that runs on it`;
}

function registerUse(group: Command, context: CliContext): void {
  group
    .command('use')
    .description('use a context from now on; `local` uses none')
    .argument('<name>', 'context, or local')
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  matre context use staging')
    .action(async (name: string, options) => {
      const file = await readContexts(context.contextFile);
      const url = name === localName ? null : contextOf(file.contexts, name).url;
      await writeContexts(context.contextFile, { ...file, current: url === null ? null : name });
      const warning = await urlWarning(context);
      print(context, options, { current: url === null ? null : name, url }, (output) => {
        output.line(url === null ? 'Commands use the data folder now.' : `Commands use ${url} now.`);
        if (warning !== undefined) context.terminal.stderr.line(warning);
      });
    });
}

function registerAdd(group: Command, context: CliContext): void {
  group
    .command('add')
    .description('add a server; `matre login` does the same and signs in')
    .argument('<name>', 'unique: letters, digits and . _ : -')
    .argument('<url>', 'address of the server')
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  matre context add staging https://matre.staging.example.com')
    .action(async (name: string, text: string, options) => {
      const file = await readContexts(context.contextFile);
      checkName(name);
      if (Object.hasOwn(file.contexts, name))
        throw new Fault('CONTEXT_EXISTS', `There is a context "${name}" already.`);
      const url = parseServerUrl(text);
      await writeContexts(context.contextFile, { ...file, contexts: { ...file.contexts, [name]: { url } } });
      print(context, options, { name, url }, (output) =>
        output.line(
          `Context ${name} was added. \`matre context use ${name}\` uses it, \`matre login\` signs in.`,
        ),
      );
    });
}

function registerRemove(group: Command, context: CliContext): void {
  group
    .command('remove')
    .description('forget a server and its token; `matre logout` revokes the token as well')
    .argument('<name>', 'context')
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  matre context remove staging')
    .action(async (name: string, options) => {
      const { current, contexts } = await readContexts(context.contextFile);
      const { url, token } = contextOf(contexts, name);
      const { [name]: _removed, ...rest } = contexts;
      await writeContexts(context.contextFile, {
        current: current === name ? null : current,
        contexts: rest,
      });
      print(context, options, { name, url }, (output) => {
        output.line(`Context ${name} was removed.`);
        if (token !== undefined)
          output.line(`Its token is still valid on ${url}; an account page there revokes it.`);
      });
    });
}

/** Errors: INPUT_INVALID. */
export function checkName(name: string): void {
  if (isContextName(name)) return;
  throw new Fault(
    'INPUT_INVALID',
    `The name of a context must be letters, digits and . _ : -, at most 100, and not ${localName}.`,
  );
}

/** Errors: CONTEXT_UNKNOWN. */
export function contextOf(contexts: Record<string, ServerContext>, name: string): ServerContext {
  const context = Object.hasOwn(contexts, name) ? contexts[name] : undefined;
  if (context === undefined)
    throw new Fault('CONTEXT_UNKNOWN', `There is no context ${JSON.stringify(name)}.`);
  return context;
}

/** MATRE_URL comes before the current context, which a user may have forgotten. */
export async function urlWarning(context: CliContext): Promise<string | undefined> {
  const { url } = await context.clientSettings();
  return url === undefined ? undefined : `MATRE_URL is set, so commands use ${url} nevertheless.`;
}
