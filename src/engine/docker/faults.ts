import { Fault, type FaultCode } from '../../faults/fault.ts';
import { asSentence } from '../../faults/sentence.ts';

/** The HTTP status that the engine answered with; `undefined` when it did not answer. */
export function statusOf(error: unknown): number | undefined {
  const status = (error as { statusCode?: unknown } | undefined)?.statusCode;
  return typeof status === 'number' ? status : undefined;
}

/** The fault that an error of the engine's API is; `codes` names faults for some HTTP statuses, ENGINE_FAILED is the rest. */
export function engineFault(
  error: unknown,
  what: string,
  codes: Partial<Record<number, FaultCode>> = {},
): Fault {
  if (error instanceof Fault) return error;
  const status = statusOf(error);
  const text = error instanceof Error ? error.message : String(error);
  if (status === undefined) {
    return new Fault('ENGINE_UNREACHABLE', asSentence(`The Docker Engine does not answer: ${text}`), {
      cause: error,
    });
  }
  const message = text.replace(/^\(HTTP code \d+\) [^-]*- /, '').trim();
  return new Fault(codes[status] ?? 'ENGINE_FAILED', asSentence(`${what}: ${message}`), { cause: error });
}
