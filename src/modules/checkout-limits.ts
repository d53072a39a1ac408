import { Fault } from '../faults/fault.ts';

/** What a checkout may have. */
export interface CheckoutLimits {
  maxBytes: number;
  /** Files, links and folders together: folders without files fill a disk, too. */
  maxEntries: number;
}

/** Counts the files, links and folders of a checkout; `subject` is its name for messages. */
export function createCheckoutCounter(subject: string, { maxBytes, maxEntries }: CheckoutLimits) {
  let bytes = 0;
  let entries = 0;
  return {
    /** `size`: the bytes of a file; 0 for others. */
    add(size: number): void {
      bytes += size;
      entries += 1;
    },

    /** Errors: TREE_TOO_LARGE. */
    check(): void {
      const exceeded =
        bytes > maxBytes
          ? `${maxBytes} bytes`
          : entries > maxEntries
            ? `${maxEntries} files and folders`
            : undefined;
      if (exceeded === undefined) return;
      throw new Fault('TREE_TOO_LARGE', `${subject} has more than ${exceeded}, so it is not checked out.`);
    },
  };
}
