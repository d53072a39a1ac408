import { z } from 'zod';
import type { Context } from './context.ts';
import { scheduleName } from './fields.ts';
import { defineOperation } from './operation.ts';

/** An operation that changes one schedule or saved selection, named in the path, and returns it. `by`: the user who changes it. */
export function defineChangeByName<View extends z.ZodType>({
  change,
  output,
  ...operation
}: {
  name: string;
  method: 'POST' | 'DELETE';
  path: string;
  summary: string;
  output: View;
  change(context: Context, name: string, by: string): Promise<z.output<View>>;
}) {
  return defineOperation({
    ...operation,
    role: 'operator',
    audited: ({ name }) => name,
    input: z.object({ name: scheduleName }),
    output,
    run: (context, { name }, { principal }) => change(context, name, principal.name),
  });
}
