import type { z } from 'zod';
import { type App, openApp } from '../../app/app.ts';
import type { Config } from '../../config/config.ts';
import { createLog } from '../../log.ts';
import type { Principal } from '../../model/access.ts';
import { operations } from '../../operations/all.ts';
import { authorizeAndRun } from '../../operations/core/authorize.ts';
import { defined, type Operation, parseInput } from '../../operations/core/operation.ts';
import { channels } from '../../store/database/database.ts';
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
      const own = ownOperation(operation);
      return authorizeAndRun(context, own, parseInput(own, input), {
        principal,
        ...defined({ traceParent }),
      });
    },
    readAllureReport: ({ path }) => context.allureReports.pack(path.split('/').at(-2) ?? ''),
    onRunChange: (callback) => context.queue.onRunChanged(callback),
    async onChange(callback) {
      const { queue, database } = context;
      const stops = [
        await queue.onRunChanged(() => callback()),
        await database.listen(channels.change, () => callback()),
      ];
      return async () => {
        for (const stop of stops) await stop();
      };
    },
    ...(context.database.kind === 'embedded' && { startWorkers: () => app.startWorkers() }),
    close: () => app.close(),
  };
}

const byName = new Map(operations.map((operation) => [operation.name, operation]));

/** The operation as these modules have it: that of a command may be a copy in the bundle of the command line. */
function ownOperation<Input extends z.ZodObject, Output extends z.ZodType>(
  operation: Operation<Input, Output>,
): Operation<Input, Output> {
  return byName.get(operation.name) as unknown as Operation<Input, Output>;
}
