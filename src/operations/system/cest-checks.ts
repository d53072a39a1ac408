import { z } from 'zod';
import { generationModes } from '../../model/generation.ts';
import type { StoredCestCheck } from '../../store/tables/cest-checks.ts';
import { line, time } from '../core/fields.ts';
import { defineOperation } from '../core/operation.ts';

const checkView = z.object({
  image: z.string(),
  imageId: z.string(),
  mftfVersion: z.string(),
  commit: z.string().describe('Of the first test module'),
  outcome: z
    .enum(['same', 'different', 'impossible'])
    .describe('`impossible`: MFTF generated none of the tests'),
  tests: z.number().describe('How many tests were compared'),
  difference: z
    .object({
      file: z.string(),
      line: z.number().describe('0: only one of the two wrote such a file'),
      expected: z.string().describe('What MFTF wrote there'),
      actual: z.string().describe('What matre wrote there'),
    })
    .nullable()
    .describe('The first one; null without any'),
  reason: z.string().nullable().describe('Why it was impossible'),
  checkedAt: time,
});

function viewCheck(check: StoredCestCheck): z.output<typeof checkView> {
  const { image, imageId, mftfVersion, commit, outcome, tests, checkedAt } = check;
  return {
    ...{ image, imageId, mftfVersion, commit, outcome, tests, checkedAt: checkedAt.toISOString() },
    difference: check.outcome === 'different' ? check.difference : null,
    reason: check.outcome === 'impossible' ? check.reason : null,
  };
}

export const listCestChecks = defineOperation({
  name: 'cests.list',
  method: 'GET',
  path: '/api/cests',
  summary: 'List the comparisons of Cests that matre wrote with those of MFTF, newest first',
  role: 'viewer',
  audited: false,
  input: z.object({}),
  output: z.object({
    generation: z.enum(generationModes).describe('MATRE_GENERATION of the server'),
    checks: z.array(checkView),
  }),
  async run({ config, cestChecks }) {
    return { generation: config.mftf.generation, checks: (await cestChecks.list()).map(viewCheck) };
  },
});

export const resetCestChecks = defineOperation({
  name: 'cests.reset',
  method: 'POST',
  path: '/api/cests/reset',
  summary: 'Forget comparisons of Cests: runs use those of matre again, and they are compared anew',
  role: 'operator',
  audited: ({ image }) => image ?? 'all images',
  input: z.object({
    image: line(300).optional().describe('The id of an image, as the list has it; by default all images'),
  }),
  output: z.object({ removed: z.number() }),
  async run({ cestChecks }, { image }) {
    return { removed: await cestChecks.reset(image) };
  },
});
