import type { z } from 'zod';
import { type App, openApp } from '../../app/app.ts';
import type { Config } from '../../config/config.ts';
import { createLog } from '../../log.ts';
import type { Principal } from '../../model/access.ts';
import { authorizeAndRun } from '../../operations/core/authorize.ts';
import { defined, type Operation, parseInput } from '../../operations/core/operation.ts';
import type { Caller } from './caller.ts';
import { requester } from './requester.ts';

/** Opens all parts in this process, to execute operations on its database. Rejects as `openApp` does. */
export async function openLocalCaller(config: Config, traceParent: string | undefined): Promise<Caller> {
  // The terminal shows the output of the command; of the log only warnings and errors.
  const level = config.log.level === 'info' ? 'warn' : config.log.level;
  const log = createLog({ level });
  return createLocalCaller(await openApp(config, { log }), traceParent);
}

/** Executes operations with open parts, as an admin with the login name: a user who can open the database may do everything. */
export function createLocalCaller(app: App, traceParent?: string): Caller {
  const principal: Principal = { name: requester(process.env), role: 'admin', via: 'local' };
  const { context } = app;
  return {
    url: undefined,
    async call<Input extends z.ZodObject, Output extends z.ZodType>(
      operation: Operation<Input, Output>,
      input: z.input<Input>,
    ) {
      return authorizeAndRun(context, operation, parseInput(operation, input), {
        principal,
        ...defined({ traceParent }),
      });
    },
    onRunChange: (callback) => context.queue.onRunChanged(callback),
    ...(context.database.kind === 'embedded' && { startWorkers: () => app.startWorkers() }),
    close: () => app.close(),
  };
}
