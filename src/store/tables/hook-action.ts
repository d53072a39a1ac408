import { z } from 'zod';
import { hookMethods } from '../../model/hook.ts';

const texts = z.array(z.string());

/** The stored form of what a hook does. */
export const storedAction = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('command'), argv: texts, folder: z.string().optional(), variables: texts }),
  z.object({
    kind: z.literal('request'),
    method: z.enum(hookMethods),
    url: z.string(),
    headers: z.record(z.string(), z.string()),
    body: z.string().optional(),
    statuses: z.array(z.number()).optional(),
    wait: z
      .object({
        everySeconds: z.number(),
        field: z.string().optional(),
        values: texts,
        failedValues: texts,
      })
      .optional(),
  }),
]);
