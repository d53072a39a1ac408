import { z } from 'zod';
import { faults } from '../../faults/fault.ts';
import { defineOperation } from '../core/operation.ts';

export const listFaults = defineOperation({
  name: 'faults.list',
  method: 'GET',
  path: '/api/faults',
  summary: 'List the fault codes: what each means for a run, and what to do',
  role: 'viewer',
  audited: false,
  input: z.object({}),
  output: z.object({
    faults: z.array(z.object({ code: z.string(), meaning: z.string(), remedy: z.string() })),
  }),
  async run() {
    const all = Object.entries(faults);
    return { faults: all.map(([code, { meaning, remedy }]) => ({ code, meaning, remedy })) };
  },
});
