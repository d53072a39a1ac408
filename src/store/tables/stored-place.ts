import { z } from 'zod';
import type { ResultPlace } from '../../model/result-place.ts';

const treePlace = { file: z.string(), line: z.number() };

/** The place of a failure, as JSON, which leaves out what is `undefined`. */
export const storedPlace: z.ZodType<ResultPlace> = z.object({
  test: z.object(treePlace),
  suite: z.object({ ...treePlace, name: z.string() }).optional(),
  step: z
    .object({
      ...treePlace,
      stepKey: z.string(),
      call: z.object({ ...treePlace, actionGroup: z.string(), stepKey: z.string() }).optional(),
    })
    .optional(),
});
