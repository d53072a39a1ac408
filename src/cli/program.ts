import { Command } from 'commander';
import { registerAudit } from './audit.ts';
import { registerCancel } from './cancel.ts';
import { registerConfig } from './config.ts';
import { registerDemo } from './demo.ts';
import { registerDoctor } from './doctor.ts';
import { registerEnv } from './env/env.ts';
import { exitCodeOf, printFailure } from './failure.ts';
import { registerList } from './list.ts';
import { registerLocks } from './locks.ts';
import { registerLog } from './log.ts';
import { registerPool } from './pool.ts';
import { registerPriority } from './priority.ts';
import { registerRetry } from './retry.ts';
import { registerRun } from './run.ts';
import { registerSchedule } from './schedule/schedule.ts';
import { registerScheduler } from './scheduler.ts';
import { registerServer } from './server.ts';
import { createSession, type Register } from './session.ts';
import { registerShow } from './show.ts';
import { registerStatus } from './status.ts';
import type { Terminal } from './terminal.ts';
import { registerTests } from './tests.ts';
import { registerToken } from './token.ts';
import { registerUp } from './up.ts';
import { registerUser } from './user.ts';
import { version } from './version.ts';
import { registerWorker } from './worker.ts';

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
  registerConfig,
];

const after = `
With MATRE_URL set, or \`matre up\` running on the same data folder, commands talk to that server; otherwise they work on
the data folder by themselves. Settings come from the environment or from matre.env; \`matre config\` shows them.`;

/** Carries out one command line; gives the exit code and never rejects. */
export async function runCommand(argv: string[], terminal: Terminal): Promise<number> {
  const session = createSession(terminal);
  const program = new Command('matre')
    .description('Runs Magento functional tests (MFTF) on many Magento environments in parallel.')
    .version(version(), '--version')
    .addHelpText('after', after)
    .showHelpAfterError('Run the command with --help to see how it is used.')
    .configureOutput({
      writeOut: (text) => void terminal.stdout.stream.write(text),
      writeErr: (text) => void terminal.stderr.stream.write(text),
    })
    // Instead of ending the process. Commands that are made below inherit it.
    .exitOverride();
  for (const register of commands) register(program, session);
  try {
    await program.parseAsync(argv, { from: 'user' });
    return session.exitCode;
  } catch (error) {
    printFailure(terminal.stderr, error);
    return exitCodeOf(error);
  }
}
