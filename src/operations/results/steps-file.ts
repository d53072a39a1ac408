import { z } from 'zod';
import { Fault } from '../../faults/fault.ts';
import { maxKeptSteps, maxStepNameLength } from '../../model/limits.ts';
import { type Step, statuses } from '../../model/result.ts';

/** What `keepFiles` writes is smaller, unless names have many characters of several bytes. */
const maxBytes = 8 * 1024 * 1024;
/** MFTF nests steps one level deep, its helpers a few. */
const maxDepth = 64;

const storedStep = z.object({
  name: z.string().transform((name) => name.slice(0, maxStepNameLength)),
  status: z.enum(statuses),
  // Older files have neither times nor attachments.
  startedAt: z.number().optional(),
  durationMs: z.number(),
  attachments: z.array(z.object({ name: z.string(), path: z.string() })).default([]),
  steps: z.array(z.unknown()),
});

/**
 * The steps in a file that was kept with a result (see `keepFiles`). The file is in the data folder, where anything may have changed it,
 * so it is checked like any input. `more`: there were too many steps, and the last are left out. Errors: RESULT_UNREADABLE.
 */
export function readSteps(content: string): { steps: Step[]; more: boolean } {
  let remaining = maxKeptSteps;
  let more = false;

  const read = (list: unknown, depth: number): Step[] => {
    const steps: Step[] = [];
    for (const each of z.array(z.unknown()).parse(list)) {
      if (remaining === 0 || depth > maxDepth) {
        more = true;
        break;
      }
      remaining -= 1;
      const step = storedStep.parse(each);
      steps.push({ ...step, steps: read(step.steps, depth + 1) });
    }
    return steps;
  };

  try {
    return { steps: read(JSON.parse(content), 1), more };
  } catch (error) {
    if (!(error instanceof z.ZodError) && !(error instanceof SyntaxError)) throw error;
    throw new Fault('RESULT_UNREADABLE', 'The file with the steps is damaged.', { cause: error });
  }
}

/** A file of a run as text, of at most 8 MiB. Errors: RESULT_UNREADABLE when it is larger; those of the stream. */
export async function readSmallFile(file: {
  stream: AsyncIterable<Buffer> & { destroy(): unknown };
  size: number;
}): Promise<string> {
  if (file.size > maxBytes) {
    file.stream.destroy();
    throw new Fault(
      'RESULT_UNREADABLE',
      `The file with the steps has ${file.size} bytes; the maximum is ${maxBytes}.`,
    );
  }
  const chunks: Buffer[] = [];
  for await (const chunk of file.stream) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}
