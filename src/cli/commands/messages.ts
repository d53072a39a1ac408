import { type Command, Option } from 'commander';
import { Fault } from '../../faults/fault.ts';
import { messageStates } from '../../model/message.ts';
import type { MessageView } from '../../operations/messages/message-view.ts';
import { listMessages, listSubmissionMessages, retryMessage } from '../../operations/messages/messages.ts';
import { type CliContext, jsonOption, parseRunId, parseWhole, print } from '../cli-context.ts';
import { ago, clean, localTime } from '../output/format.ts';
import { printTable } from '../output/table.ts';
import type { Output } from '../output/terminal.ts';

const helpFooter = `
A message waits, was sent, was given up after a day without success, or was dropped because there was nothing to announce any
more. With --submission, the rules that sent nothing are listed with the reason. docs/messages.md explains all of it.

Examples:
  matre messages --state given-up           what did not arrive
  matre messages --submission 57            what was sent, what was not, and why
  matre messages --channel qa --limit 5
  matre messages --retry 812                sends it now, and tries for another day`;

export function registerMessages(command: Command, context: CliContext): void {
  command
    .option(
      '--submission <id>',
      'only messages about this submission, with the rules that sent none',
      parseRunId,
    )
    .option('--run <id>', 'only messages about this run, or about its submission', parseRunId)
    .option('--channel <name>', 'only messages to this channel')
    .addOption(new Option('--state <state>', 'only messages in this state').choices(messageStates))
    .option('-n, --limit <number>', 'maximum number of messages', parseWhole, 20)
    .option('--before <id>', 'list only messages before this one: the next page', parseRunId)
    .option('--retry <id>', 'send a message now that waits or was given up', parseRunId)
    .addOption(jsonOption())
    .addHelpText('after', helpFooter)
    .action(async (options: Options) => {
      if (options.retry !== undefined) return retry(context, options, options.retry);
      const { submission, limit, json: _json, ...filter } = options;
      const isWhole = submission !== undefined && Object.keys(filter).length === 0;
      const { messages, next, notSent } = await context.withCaller(async (caller) => {
        if (isWhole)
          return { ...(await caller.call(listSubmissionMessages, { id: submission })), next: null };
        const more = submission === undefined ? {} : { submission };
        return { ...(await caller.call(listMessages, { ...filter, ...more, limit })), notSent: undefined };
      });
      print(context, options, isWhole ? { messages, notSent } : { messages, next }, (output) => {
        printMessages(output, messages);
        if (next !== null) output.line(output.paint.dim(`There are more: add --before ${next}`));
        for (const { rule, channel, reason } of notSent ?? [])
          output.line(output.paint.dim(`Nothing to ${clean(channel)}. ${clean(rule)}: ${clean(reason)}`));
      });
    });
}

interface Options {
  submission?: number;
  run?: number;
  channel?: string;
  state?: (typeof messageStates)[number];
  limit: number;
  before?: number;
  retry?: number;
  json?: boolean;
}

async function retry(context: CliContext, options: Options, id: number): Promise<void> {
  if (options.submission ?? options.run ?? options.channel ?? options.state)
    throw new Fault('INPUT_INVALID', '--retry names one message: use it without filters.');
  const message = await context.withCaller((caller) => caller.call(retryMessage, { id }));
  print(context, options, message, (output) =>
    output.line(`Message ${id} to ${clean(message.channel)} is due now.`),
  );
}

function printMessages(output: Output, messages: readonly MessageView[]): void {
  if (messages.length === 0) {
    output.line('There are no messages.');
    return;
  }
  printTable(
    output,
    [
      { heading: 'Message', text: ({ id }) => String(id) },
      {
        heading: 'Channel',
        text: ({ channel, recipient }) => clean(recipient ? `${channel}: ${recipient}` : channel),
      },
      { heading: 'About', text: subjectOf },
      {
        heading: 'State',
        text: ({ state, sending }) => (sending ? 'sending' : state),
        colour: (text, { state }) => (state === 'given-up' ? output.paint.red(text) : text),
      },
      { heading: 'Tries', text: ({ attempts }) => String(attempts) },
      { heading: 'When', text: ({ endedAt, createdAt }) => ago(endedAt ?? createdAt) },
      { heading: 'Rule', text: ({ rule }) => clean(rule ?? '-'), truncate: 'middle' },
      {
        heading: 'What',
        text: (message) => whatOf(message),
      },
    ],
    messages,
  );
}

type Subject = Pick<MessageView, 'submission' | 'run' | 'alert' | 'purpose'>;

/** `submission 57`. A status and a comment of a submission say which of the two they are. */
export function subjectOf({ submission, run, alert, purpose }: Subject): string {
  if (alert !== null) return `alert ${alert}`;
  if (run !== null) return `run ${run}`;
  if (submission === null) return purpose;
  return `submission ${submission}${purpose === 'status' || purpose === 'comment' ? `, ${purpose}` : ''}`;
}

/** The last error, the headline, or until when a message waits that was not attempted yet, as in quiet hours. */
export function whatOf(
  { error, headline, dueAt }: Pick<MessageView, 'error' | 'headline' | 'dueAt'>,
  now = new Date(),
): string {
  if (error) return clean(`${error.code}: ${error.message}`);
  if (headline !== null) return clean(headline);
  return dueAt !== null && new Date(dueAt) > now ? `waits until ${localTime(dueAt)}` : '-';
}
