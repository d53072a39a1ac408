import { Command } from 'commander';
import { createCliContext, type Register } from './cli-context.ts';
import { registerAnnotate } from './commands/annotate.ts';
import { registerAudit } from './commands/audit.ts';
import { registerBackup, registerRestore } from './commands/backup.ts';
import { registerCancel } from './commands/cancel.ts';
import { registerConfig } from './commands/config.ts';
import { registerDemo } from './commands/demo.ts';
import { registerDoctor } from './commands/doctor.ts';
import { registerEnv } from './commands/env/env.ts';
import { registerList } from './commands/list.ts';
import { registerLocks } from './commands/locks.ts';
import { registerLog } from './commands/log.ts';
import { registerPool } from './commands/pool.ts';
import { registerPriority } from './commands/priority.ts';
import { registerRetry } from './commands/retry.ts';
import { registerRun } from './commands/run.ts';
import { registerSchedule } from './commands/schedule/schedule.ts';
import { registerScheduler } from './commands/scheduler.ts';
import { registerServer } from './commands/server.ts';
import { registerShow } from './commands/show.ts';
import { registerStatus } from './commands/status.ts';
import { registerTests } from './commands/tests.ts';
import { registerToken } from './commands/token.ts';
import { registerUp } from './commands/up.ts';
import { registerUser } from './commands/user.ts';
import { registerWatch } from './commands/watch.ts';
import { registerWorker } from './commands/worker.ts';
import { exitCodeOf, printFailure } from './exit-codes.ts';
import type { Terminal } from './output/terminal.ts';
import { version } from './version.ts';

/** In the order of `matre --help`. */
const commands: Register[] = [
  registerUp,
  registerDemo,
  registerServer,
  registerWorker,
  registerScheduler,
  registerEnv,
  registerTests,
  registerRun,
  registerWatch,
  registerAnnotate,
  registerList,
  registerShow,
  registerLog,
  registerCancel,
  registerPriority,
  registerRetry,
  registerSchedule,
  registerStatus,
  registerPool,
  registerLocks,
  registerDoctor,
  registerUser,
  registerToken,
  registerAudit,
  registerBackup,
  registerRestore,
  registerConfig,
];

const helpFooter = `
With MATRE_URL set, or \`matre up\` running on the same data folder, commands use that server; otherwise they open
the data folder themselves. Settings come from the environment or from matre.env; \`matre config\` shows them.`;

/** Runs one command line and returns the exit code. Never rejects. */
export async function runCommand(argv: string[], terminal: Terminal): Promise<number> {
  const context = createCliContext(terminal);
  const program = new Command('matre')
    .description('Runs Magento functional tests (MFTF) on many Magento environments in parallel.')
    .version(version(), '--version')
    .addHelpText('after', helpFooter)
    .showHelpAfterError('Run the command with --help to see its usage.')
    .configureOutput({
      writeOut: (text) => void terminal.stdout.stream.write(text),
      writeErr: (text) => void terminal.stderr.stream.write(text),
    })
    // Throws instead of ending the process. The commands registered below inherit it.
    .exitOverride();
  for (const register of commands) register(program, context);
  try {
    await program.parseAsync(argv, { from: 'user' });
    return context.exitCode;
  } catch (error) {
    printFailure(terminal.stderr, error);
    return exitCodeOf(error);
  }
}
