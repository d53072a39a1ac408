import type { CommandEntry, CommandGroup } from './cli-context.ts';
import { helpCommands } from './command-groups/help-commands.ts';
import { serverCommands } from './command-groups/server-commands.ts';
import { setUpCommands } from './command-groups/set-up-commands.ts';
import { testCommands } from './command-groups/test-commands.ts';

/** In the order of `matre --help`: what is used each day comes first. */
export const commandGroups: readonly CommandGroup[] = [
  ...testCommands,
  ...setUpCommands,
  ...serverCommands,
  ...helpCommands,
];

/** All commands. */
export const commandTable: readonly CommandEntry[] = commandGroups.flatMap(({ commands }) => commands);
