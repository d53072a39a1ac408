import { z } from 'zod';
import type { PinnedModule } from '../../model/module-source.ts';

const stored = z.array(
  z.object({
    name: z.string(),
    repository: z.string().optional(),
    branch: z.string().optional(),
    target: z.string(),
    id: z.string(),
    subject: z.string(),
  }),
);

/** The test modules in the column of a run. */
export function toPinnedModules(column: unknown): [PinnedModule, ...PinnedModule[]] | undefined {
  if (column === null || column === undefined) return undefined;
  const [first, ...rest] = stored.parse(column);
  return first && [first, ...rest];
}
