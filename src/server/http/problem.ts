import type { FastifyError } from 'fastify';
import { hasZodFastifySchemaValidationErrors, isResponseSerializationError } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { Fault, type FaultCode, toFault } from '../../faults/fault.ts';
import { describeIssues } from '../../operations/core/operation.ts';

/** The media type of an error (RFC 9457). */
export const problemType = 'application/problem+json';

/** How an error travels: problem details (RFC 9457) with the code, the meaning and the remedy of the fault. */
export const problem = z.object({
  type: z.string().describe('Names the kind of fault'),
  title: z.string(),
  status: z.number(),
  detail: z.string().describe('What happened'),
  code: z.string().describe('The code of the fault'),
  meaning: z.string().describe('What it means'),
  remedy: z.string().describe('What to do'),
});
export type Problem = z.output<typeof problem>;

/** The problem that an error of a request is. `requestId` is what an unexpected error can be found by in the log. */
export function toProblem(error: unknown, requestId: string): Problem {
  const { fault, status } = faultOfRequest(error, requestId);
  return {
    type: `urn:matre:fault:${fault.code}`,
    title: titleOf(fault.code),
    status,
    detail: fault.message,
    code: fault.code,
    meaning: fault.meaning,
    remedy: fault.remedy,
  };
}

function faultOfRequest(error: unknown, requestId: string): { fault: Fault; status: number } {
  const plain = (fault: Fault, status: number = fault.status) => ({ fault, status });
  if (error instanceof Fault && error.code !== 'INTERNAL') return plain(error);
  if (hasZodFastifySchemaValidationErrors(error)) {
    const issues = error.validation.map(({ instancePath, message }) => ({
      path: instancePath.split('/').filter((part) => part !== ''),
      message: message ?? 'is not valid',
    }));
    return plain(new Fault('INPUT_INVALID', describeIssues(issues)));
  }
  // Fastify's own refusals: too large, not JSON, another media type.
  const status = (error as Partial<FastifyError>).statusCode;
  if (status !== undefined && status >= 400 && status < 500 && !isResponseSerializationError(error)) {
    return plain(new Fault('INPUT_INVALID', toFault(error).message), status);
  }
  // The message of an unexpected error may hold anything, so it stays in the log.
  return plain(new Fault('INTERNAL', `Something unexpected happened; the log has it as ${requestId}.`));
}

/** `ENVIRONMENT_UNKNOWN` as `Environment unknown`. */
function titleOf(code: FaultCode): string {
  const words = code.toLowerCase().replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}
