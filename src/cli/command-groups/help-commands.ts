import type { CommandGroup } from '../cli-context.ts';

/** About the command line itself. */
export const helpCommands: readonly CommandGroup[] = [
  {
    title: 'Use the command line',
    commands: [
      {
        name: 'completion',
        summary: 'print the completion script of a shell: bash, zsh or fish',
        load: async () => (await import('../commands/completion.ts')).registerCompletion,
      },
      {
        name: 'complete',
        summary: 'print completions of a command line, for the scripts of `matre completion`',
        hidden: true,
        load: async () => (await import('../commands/complete.ts')).registerComplete,
      },
      {
        name: 'help',
        summary: 'display help for a command or a topic',
        load: async () => (await import('../commands/help.ts')).registerHelp,
      },
    ],
  },
];
