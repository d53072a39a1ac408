import { type Command, Option } from 'commander';
import { noteKinds } from '../../model/cause-note.ts';
import type { NoteView } from '../../operations/triage/note-view.ts';
import { listNotes, removeNote, setNote, showCause } from '../../operations/triage/notes.ts';
import { type CliContext, jsonOption, print } from '../cli-context.ts';
import { ago, clean } from '../output/format.ts';
import { noteText } from '../output/note-text.ts';
import { printTable } from '../output/table.ts';

const setFooter = `
The note is shown wherever the cause appears again: by \`matre show\`, on the page of a run, in the API. It leaves when the
cause was not seen for the time of MATRE_KEEP_NOTES. \`matre show RUN\` prints the causes of failures.

Examples:
  matre note set 1f0c7d2be9a4c3d5 --kind product --link https://tracker.example.com/SHOP-123 --owner alice
  matre note set 1f0c7d2be9a4c3d5 --note "since the coupon rework"       unspecified fields are unchanged
  matre note set 1f0c7d2be9a4c3d5 --owner ""                             removes the owner`;

export function registerNote(note: Command, context: CliContext): void {
  note
    .command('set')
    .description('write what is known about a cause; unspecified fields are unchanged')
    .argument('<cause>', 'as `matre show` prints it')
    .addOption(
      new Option('--kind <kind>', 'what is at fault; investigate until it is known').choices(noteKinds),
    )
    .option('--note <text>', 'what is known, in a line')
    .option('--link <address>', 'an issue, http or https')
    .option('--owner <name>', 'who looks after it')
    .addOption(jsonOption())
    .addHelpText('after', setFooter)
    .action(async (cause: string, options) => {
      const written = await context.withCaller(async (caller) => {
        const { note: current } = await caller.call(showCause, { cause });
        const field = (name: 'note' | 'link' | 'owner') => {
          const value: string | undefined = options[name];
          return value === undefined ? (current?.[name] ?? null) : value.trim() === '' ? null : value;
        };
        return caller.call(setNote, {
          cause,
          kind: options.kind ?? current?.kind ?? 'investigate',
          note: field('note'),
          link: field('link'),
          owner: field('owner'),
          revision: current?.revision ?? 0,
        });
      });
      print(context, options, written, (output) => output.line(`Cause ${cause}: ${noteText(written)}`));
    });

  note
    .command('list')
    .description('list what is known about causes, the last changed first')
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  matre note list')
    .action(async (options) => {
      const list = await context.withCaller((caller) => caller.call(listNotes, {}));
      print(context, options, list, (output) => {
        if (list.notes.length === 0) return output.line('There are no notes; see matre note set.');
        printTable(
          output,
          [
            { heading: 'Cause', text: ({ cause }) => cause },
            { heading: 'Kind', text: ({ kind }) => kind },
            { heading: 'Owner', text: ({ owner }) => clean(owner ?? '-') },
            { heading: 'Seen', text: ({ seenAt }) => (seenAt === null ? '-' : ago(seenAt)) },
            {
              heading: 'Note',
              text: ({ note, link }: NoteView) => clean([note, link].filter(Boolean).join(' ') || '-'),
            },
          ],
          list.notes,
        );
      });
    });

  note
    .command('remove')
    .description('remove the note of a cause')
    .argument('<cause>', 'as `matre note list` prints it')
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  matre note remove 1f0c7d2be9a4c3d5')
    .action(async (cause: string, options) => {
      const removed = await context.withCaller(async (caller) => {
        const { note: current } = await caller.call(showCause, { cause });
        return caller.call(removeNote, { cause, revision: current?.revision ?? 0 });
      });
      print(context, options, removed, (output) => output.line(`The note of cause ${cause} was removed.`));
    });
}
