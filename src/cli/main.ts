import { endProcess } from './end-process.ts';
import { processTerminal } from './output/terminal.ts';
import { runCommand } from './program.ts';

// A reader that stops early (`matre list | head`) is not an error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

endProcess(await runCommand(process.argv.slice(2), processTerminal()));
