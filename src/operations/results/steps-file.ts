import { z } from 'zod';
import { Fault } from '../../faults/fault.ts';
import { type Step, statuses } from '../../model/result.ts';

/** Far more than a test has: suites of MFTF have hundreds. */
const maxSteps = 5_000;
const largestBytes = 16 * 1024 * 1024;
/** MFTF nests one level, its helpers a few. */
const deepest = 64;
const nameCharacters = 2_000;

const storedStep = z.object({
  name: z.string().transform((name) => name.slice(0, nameCharacters)),
  status: z.enum(statuses),
  durationMs: z.number(),
  // Older files have none.
  attachments: z.array(z.object({ name: z.string(), path: z.string() })).default([]),
  steps: z.array(z.unknown()),
});

/**
 * The steps in a file that was kept with a result (see `keepFiles`). It lies in the data folder, where anything may have
 * happened to it, so it is checked like any input. `more`: there were too many, and the last are left out.
 * Errors: RESULT_UNREADABLE.
 */
export function readSteps(content: string): { steps: Step[]; more: boolean } {
  let left = maxSteps;
  let more = false;

  const read = (list: unknown, depth: number): Step[] => {
    const steps: Step[] = [];
    for (const each of z.array(z.unknown()).parse(list)) {
      if (left === 0 || depth > deepest) {
        more = true;
        break;
      }
      left -= 1;
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

/** A small file of a run as text. Errors: NOT_FOUND, RESULT_UNREADABLE when it is not small. */
export async function readWhole(file: {
  stream: AsyncIterable<Buffer> & { destroy(): unknown };
  size: number;
}): Promise<string> {
  if (file.size > largestBytes) {
    file.stream.destroy();
    throw new Fault(
      'RESULT_UNREADABLE',
      `The file with the steps has ${file.size} bytes, which are too many.`,
    );
  }
  const chunks: Buffer[] = [];
  for await (const chunk of file.stream) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}
