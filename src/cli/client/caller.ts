import type { z } from 'zod';
import type { Operation } from '../../operations/core/operation.ts';

/** Executes operations for commands: `local.ts` opens the data folder, `remote.ts` talks to a server. */
export interface Caller {
  /** Executes an operation. Rejects with a Fault. */
  call<Input extends z.ZodObject, Output extends z.ZodType>(
    operation: Operation<Input, Output>,
    input: z.input<Input>,
  ): Promise<z.output<Output>>;
  /**
   * Calls back with the id of each run that changes, or with `undefined` when changes may have been missed. Resolves to the
   * function that ends the subscription.
   */
  onRunChange(callback: (runId: number | undefined) => void): Promise<() => Promise<void>>;
  /** Calls back at every change, also of environments, workers and schedules. Resolves to the function that ends the subscription. */
  onChange(callback: () => void): Promise<() => Promise<void>>;
  /** All files of a report of Allure that `runs.allureReport` made, as a tar archive. Errors: NOT_FOUND. */
  readAllureReport(page: { path: string }): Promise<AsyncIterable<Uint8Array>>;
  /**
   * Starts to execute queued runs in this process. Only with the embedded database and without a server, where no other process
   * can execute them.
   */
  startWorkers?: () => Promise<void>;
  /** The address of the server; `undefined` when this process uses the data folder itself. */
  readonly url: string | undefined;
  close(): Promise<void>;
}
