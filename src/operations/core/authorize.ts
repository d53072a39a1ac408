import type { z } from 'zod';
import { Fault, toFault } from '../../faults/fault.ts';
import { allows } from '../../model/access.ts';
import type { NewAuditEntry } from '../../store/access/audit.ts';
import type { Context } from './context.ts';
import type { Operation, RequestContext } from './operation.ts';

/**
 * Carries out an operation for somebody: the one way in, for the server and for commands that work on the database
 * themselves. Whoever may not is refused (FORBIDDEN), and every change is in the audit trail, also one that was refused
 * or failed. The input has been parsed. Errors: those of the operation.
 */
export async function authorizeAndRun<Input extends z.ZodObject, Output extends z.ZodType>(
  context: Context,
  operation: Operation<Input, Output>,
  input: z.output<Input>,
  request: RequestContext,
): Promise<z.output<Output>> {
  const { principal: who, address } = request;
  const carryOut = async () => {
    if (!allows(who.role, operation.role)) {
      throw new Fault(
        'FORBIDDEN',
        `${operation.name} needs the role ${operation.role}; ${who.name} is ${who.role}.`,
      );
    }
    return operation.run(context, input, request);
  };
  if (operation.audited === false) return carryOut();
  const subject = operation.audited(input);
  return withAudit(context, { who, address, operation: operation.name, subject }, carryOut);
}

/** Does something that is told in the audit trail, with how it ended. */
export async function withAudit<T>(
  { access, log }: Pick<Context, 'access' | 'log'>,
  entry: NewAuditEntry,
  work: () => Promise<T>,
): Promise<T> {
  const id = await access.audit.begin(entry);
  // What was done is done, also when the database is gone the moment after: the entry stays, without an outcome.
  const end = (outcome: string) =>
    access.audit.end(id, outcome).catch((error: unknown) => {
      log.warn({ err: error, audit: id }, 'How a change ended could not be added to the audit trail.');
    });
  try {
    const done = await work();
    await end('done');
    return done;
  } catch (error) {
    await end(toFault(error).code);
    throw error;
  }
}
