import { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import type { z } from 'zod';
import { Fault, toFault } from '../../faults/fault.ts';
import { allows, isSignedIn, ownerOf } from '../../model/access.ts';
import type { FieldChanges, NewAuditEntry } from '../../store/access/audit.ts';
import { changedFields } from './changed-fields.ts';
import type { Context } from './context.ts';
import type { Operation, RequestContext } from './operation.ts';

/**
 * Runs an operation for a principal: the only way to do so, for the server and for commands that work on the database directly. Refuses a
 * principal without the role (FORBIDDEN), and writes every change to the audit trail, also a refused or failed one. The input must have
 * been parsed. Errors: those of the operation.
 */
export async function authorizeAndRun<Input extends z.ZodObject, Output extends z.ZodType>(
  context: Context,
  operation: Operation<Input, Output>,
  input: z.output<Input>,
  request: RequestContext,
): Promise<z.output<Output>> {
  const { principal, address } = request;
  let changes: FieldChanges | undefined;
  const reportChange = (before: object, after: object) => {
    changes = changedFields(before, after);
  };
  const run = async () => {
    if (!allows(principal.role, operation.role)) {
      throw new Fault(
        'FORBIDDEN',
        `${operation.name} needs the role ${operation.role}; ${principal.name} is ${principal.role}.`,
      );
    }
    const answer = () => operation.run(context, input, { ...request, reportChange });
    const subject = operation.readsTests ? 'tests' : operation.readsResults ? 'results' : undefined;
    if (subject === undefined || !isSignedIn(principal)) return answer();
    return inTurn(context, `${subject} for ${ownerOf(principal)}`, answer);
  };
  if (operation.audited === false) return run();
  const subject = operation.audited(input, principal);
  const entry = { principal, address, operation: operation.name, subject };
  return withAudit(context, entry, run, () => changes);
}

/** Takes one of the long turns of a key until the answer is there; until it is closed, if it is a stream. */
function inTurn<Answer>(
  { longTurns }: Pick<Context, 'longTurns'>,
  key: string,
  answer: () => Promise<Answer>,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const untilClosed = async () => {
      const answered = await answer();
      resolve(answered);
      if (answered instanceof Readable) await finished(answered).catch(() => undefined);
    };
    longTurns(key, untilClosed).catch(reject);
  });
}

/** Runs `work` with an entry in the audit trail: added before, completed with the outcome and the changes. Rejects as `work` does. */
export async function withAudit<T>(
  { access, log }: Pick<Context, 'access' | 'log'>,
  entry: NewAuditEntry,
  work: () => Promise<T>,
  changes?: () => FieldChanges | undefined,
): Promise<T> {
  const id = await access.audit.begin(entry);
  // The change took effect, even if the database is unreachable now: then the entry stays without an outcome.
  const end = (outcome: string) =>
    access.audit.end(id, outcome, changes?.()).catch((error: unknown) => {
      log.warn({ err: error, audit: id }, 'The outcome of a change could not be added to the audit trail');
    });
  try {
    const result = await work();
    await end('done');
    return result;
  } catch (error) {
    await end(toFault(error).code);
    throw error;
  }
}
