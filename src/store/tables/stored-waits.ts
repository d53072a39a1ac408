import { z } from 'zod';
import type { TimedOutWaits } from '../../model/timed-out-waits.ts';

/** Waits that ran out, as JSON, which leaves out an `undefined` page. */
export const storedWaits: z.ZodType<TimedOutWaits> = z.object({
  count: z.number(),
  lostMs: z.number(),
  pages: z.array(
    z
      .object({ page: z.string().optional(), seconds: z.number(), count: z.number() })
      .transform(({ page, seconds, count }) => ({ page, seconds, count })),
  ),
});
