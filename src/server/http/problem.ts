import type { FastifyError } from 'fastify';
import { hasZodFastifySchemaValidationErrors, isResponseSerializationError } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { asDiskFull, Fault, type FaultCode, toFault } from '../../faults/fault.ts';
import { describeIssues } from '../../operations/core/operation.ts';

/** The media type of an error (RFC 9457). */
export const problemType = 'application/problem+json';

/** An error in a response: problem details (RFC 9457) with the code, the meaning and the remedy of the fault. */
export const problem = z.object({
  type: z.string().describe('The kind of fault'),
  title: z.string(),
  status: z.number(),
  detail: z.string().describe('What happened'),
  code: z.string().describe('The code of the fault'),
  meaning: z.string().describe('What it means'),
  remedy: z.string().describe('What to do'),
});
export type Problem = z.output<typeof problem>;

/** The problem details for an error of a request. `requestId` identifies an unexpected error in the log. */
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

/** Where an invalid field was sent, when not in the body. */
const places: Record<string, string> = {
  params: ' (in the path)',
  querystring: ' (in the query)',
  headers: ' (in the headers)',
};

function faultOfRequest(thrown: unknown, requestId: string): { fault: Fault; status: number } {
  const error = asDiskFull(thrown);
  const withStatus = (fault: Fault, status: number = fault.status) => ({ fault, status });
  if (error instanceof Fault && error.code !== 'INTERNAL') return withStatus(error);
  if (hasZodFastifySchemaValidationErrors(error)) {
    const place = places[(error as FastifyError).validationContext ?? ''] ?? '';
    const issues = error.validation.map(({ instancePath, message }) => ({
      path: instancePath.split('/').filter((part) => part !== ''),
      message: `${message ?? 'is not valid'}${place}`,
    }));
    return withStatus(new Fault('INPUT_INVALID', describeIssues(issues)));
  }
  // Errors of Fastify itself: body too large, not JSON, unsupported media type.
  const status = (error as Partial<FastifyError>).statusCode;
  if (status !== undefined && status >= 400 && status < 500 && !isResponseSerializationError(error)) {
    return withStatus(new Fault('INPUT_INVALID', toFault(error).message), status);
  }
  // The message of an unexpected error may contain anything, so it is only logged.
  return withStatus(new Fault('INTERNAL', `An unexpected error occurred. Search the log for ${requestId}.`));
}

/** `Environment unknown` for `ENVIRONMENT_UNKNOWN`. */
function titleOf(code: FaultCode): string {
  const words = code.toLowerCase().replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}
