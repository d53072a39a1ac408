import { Fault } from '../faults/fault.ts';

/** What a checkout may have. */
export interface CheckoutLimits {
  maxBytes: number;
  maxFiles: number;
}

/** Counts the files of a checkout; `subject` is its name for messages. */
export function createCheckoutCounter(subject: string, { maxBytes, maxFiles }: CheckoutLimits) {
  let bytes = 0;
  let files = 0;
  return {
    add(size: number): void {
      bytes += size;
      files += 1;
    },

    /** Errors: TREE_TOO_LARGE. */
    check(): void {
      const exceeded =
        bytes > maxBytes ? `${maxBytes} bytes` : files > maxFiles ? `${maxFiles} files` : undefined;
      if (exceeded === undefined) return;
      throw new Fault('TREE_TOO_LARGE', `${subject} has more than ${exceeded}, so it is not checked out.`);
    },
  };
}
