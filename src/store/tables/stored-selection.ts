import { z } from 'zod';
import { severities } from '../../model/selection.ts';

const names = z.array(z.string());
/** The schema of stored selections. */
export const storedSelection = z.object({
  all: z.boolean(),
  tests: names,
  groups: names,
  suites: names,
  patterns: names.optional(),
  severities: z.array(z.enum(severities)).optional(),
  modules: names.optional(),
  exclude: names,
  excludeSkipped: z.boolean().optional(),
  playwright: z
    .object({
      grep: z.string().optional(),
      projects: names.optional(),
      tags: names.optional(),
      files: names.optional(),
    })
    .optional(),
});
