import { type FaultCode, faults } from '../../faults/fault.ts';
import type { Reason } from '../../model/run.ts';

/** The columns in which runs, attempts and results keep why they are broken. */
export interface ReasonColumns {
  reason_code: string | null;
  reason_message: string | null;
}

/** A code that this program does not know (written by an older one) is shown as INTERNAL, with its message. */
export function toReason({ reason_code: code, reason_message: message }: ReasonColumns): Reason | undefined {
  if (code === null) return undefined;
  return { code: code in faults ? (code as FaultCode) : 'INTERNAL', message: message ?? '' };
}
