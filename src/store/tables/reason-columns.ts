import { type FaultCode, faults } from '../../faults/fault.ts';
import type { Reason } from '../../model/run.ts';

/** The columns of runs, attempts and results with the reason why they are broken. */
export interface ReasonColumns {
  reason_code: string | null;
  reason_message: string | null;
}

/** The reason in a row. A code of another version that this one does not know becomes INTERNAL, with its message. */
export function toReason({ reason_code: code, reason_message: message }: ReasonColumns): Reason | undefined {
  if (code === null) return undefined;
  return { code: code in faults ? (code as FaultCode) : 'INTERNAL', message: message ?? '' };
}
