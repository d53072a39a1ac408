import type { z } from 'zod';
import { problem, problemType } from './problem.ts';

/** The schema of a route, for validation and for the description of the API. */
export function describeRoute(
  operationId: string,
  summary: string,
  {
    answer,
    ...parts
  }: {
    answer: z.ZodType;
    params?: z.ZodType;
    querystring?: z.ZodType;
    headers?: z.ZodType;
    body?: z.ZodType;
  },
) {
  return {
    operationId,
    summary,
    tags: [operationId.split('.')[0] as string],
    ...parts,
    response: {
      200: answer,
      default: {
        description: 'The error (RFC 9457)',
        content: { [problemType]: { schema: problem } },
      },
    },
  };
}
