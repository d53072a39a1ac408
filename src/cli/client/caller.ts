import type { z } from 'zod';
import type { Operation } from '../../operations/core/operation.ts';

/** What a command asks. Two of a kind: `local.ts` opens the data folder, `remote.ts` talks to a server. */
export interface Caller {
  /** Carries out an operation; rejects with a Fault. */
  call<Input extends z.ZodObject, Output extends z.ZodType>(
    operation: Operation<Input, Output>,
    input: z.input<Input>,
  ): Promise<z.output<Output>>;
  /** Calls back with the id of each run that changes, or `undefined` when changes may have been missed. */
  onRunChange(callback: (runId: number | undefined) => void): Promise<() => Promise<void>>;
  /**
   * Lets this process execute what is queued, with the embedded database and no server: nobody else can. Absent
   * otherwise.
   */
  startWorkers?: () => Promise<void>;
  /** Where a server answers; absent when the command works on the data folder by itself. */
  readonly url: string | undefined;
  close(): Promise<void>;
}
