import type { Command } from 'commander';
import type { z } from 'zod';
import { showStatus } from '../../operations/system/status.ts';
import { type CliContext, jsonOption, print } from '../cli-context.ts';
import { ago, clean } from '../output/format.ts';
import { printTable } from '../output/table.ts';
import type { Output } from '../output/terminal.ts';

export function registerStatus(command: Command, context: CliContext): void {
  command
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  matre status')
    .action(async (options) => {
      const { status, url } = await context.withCaller(async (caller) => ({
        status: await caller.call(showStatus, {}),
        url: caller.url,
      }));
      print(context, options, status, (output) => {
        output.line(sourceText(url, context.config().store.databaseUrl !== undefined));
        printStatus(output, status);
      });
    });
}

/** Where the status comes from. Of servers on a shared database a command knows only that of MATRE_URL. */
export function sourceText(url: string | undefined, hasSharedDatabase: boolean): string {
  if (url !== undefined) return `Server: ${url}`;
  if (hasSharedDatabase) return 'Read from the database (DATABASE_URL), without asking a server (MATRE_URL).';
  return 'No server runs on this data folder.';
}

function printStatus(output: Output, status: z.output<typeof showStatus.output>): void {
  output.line();
  if (status.workers.length === 0) output.line('No worker is connected.');
  else {
    printTable(
      output,
      [
        { heading: 'Worker', text: ({ id }) => id },
        { heading: 'Slots', text: ({ slots }) => String(slots) },
        {
          heading: 'State',
          text: ({ alive, stopping }) => (alive ? (stopping ? 'stopping' : 'up') : 'lost'),
        },
        { heading: 'Waits for', text: ({ waitsFor }) => (waitsFor === null ? '' : clean(waitsFor.message)) },
        { heading: 'Seen', text: ({ seenAt }) => ago(seenAt) },
      ],
      status.workers,
    );
  }
  output.line();
  printTable(
    output,
    [
      { heading: 'Environment', text: ({ code }) => code },
      { heading: 'Now', text: ({ running, paused }) => activityOf(running, paused) },
      { heading: 'Queued', text: ({ queued }) => String(queued) },
      { heading: 'Address', text: ({ baseUrl }) => baseUrl },
    ],
    status.environments,
  );
}

function activityOf(running: number | null, paused: { reason: string } | null): string {
  const run = running === null ? 'free' : `run ${running}`;
  return paused === null ? run : `paused (${paused.reason})${running === null ? '' : `, ${run}`}`;
}
