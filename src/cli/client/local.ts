import type { z } from 'zod';
import { type App, openApp } from '../../app/app.ts';
import type { Config } from '../../config/config.ts';
import { createLog } from '../../log.ts';
import type { Principal } from '../../model/access.ts';
import { authorizeAndRun } from '../../operations/core/authorize.ts';
import { defined, type Operation, parseInput } from '../../operations/core/operation.ts';
import type { Caller } from './caller.ts';
import { requester } from './requester.ts';

/** Carries out operations in this process, on the database of the settings. */
export async function openLocalCaller(config: Config, traceParent: string | undefined): Promise<Caller> {
  // A command answers on the terminal; of the log only what is wrong belongs there.
  const level = config.log.level === 'info' ? 'warn' : config.log.level;
  const log = createLog({ level });
  return createLocalCaller(await openApp(config, { log }), traceParent);
}

/** Carries out operations with what is open already, for the user of this process: whoever can open the database may do all. */
export function createLocalCaller(app: App, traceParent?: string): Caller {
  const who: Principal = { name: requester(process.env), role: 'admin', via: 'local' };
  const { context } = app;
  return {
    url: undefined,
    async call<Input extends z.ZodObject, Output extends z.ZodType>(
      operation: Operation<Input, Output>,
      input: z.input<Input>,
    ) {
      return authorizeAndRun(context, operation, parseInput(operation, input), {
        principal: who,
        ...defined({ traceParent }),
      });
    },
    onRunChange: (callback) => context.queue.onRunChanged(callback),
    ...(context.database.kind === 'embedded' && { startWorkers: () => app.startWorkers() }),
    close: () => app.close(),
  };
}
