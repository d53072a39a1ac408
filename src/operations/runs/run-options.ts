import { z } from 'zod';
import { maxMaxFailures, maxRetryFailed } from '../../model/limits.ts';

/** The options of a run in a request; see `RunOptions`. */
export const runOptionsInput = z.strictObject({
  retryFailed: z
    .int()
    .min(0)
    .max(maxRetryFailed)
    .optional()
    .describe('How often each failed test is executed again; without it as the settings of the workers say'),
  failedFirst: z
    .boolean()
    .default(false)
    .describe('Execute tests first that failed when they were last executed on the environment'),
  maxFailures: z
    .int()
    .min(1)
    .max(maxMaxFailures)
    .optional()
    .describe('When so many tests have failed, the rest is not executed and counts as skipped'),
});
