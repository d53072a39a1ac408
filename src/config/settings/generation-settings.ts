import { z } from 'zod';
import { generationModes } from '../../model/generation.ts';
import { runDataModes } from '../../model/run-data.ts';
import { duration } from '../setting-parsers.ts';
import { setting } from './setting.ts';

/** The settings of generations: a part of the table of settings. */
export const generationSettings = {
  MATRE_GENERATION: setting({
    group: 'MFTF',
    schema: z.enum(generationModes, `must be one of ${generationModes.join(', ')}`),
    default: 'auto',
    description:
      'Who generates the tests of runs (docs/cests.md). auto: matre without PHP for versions of MFTF whose files were compared, and MFTF where a check of the image found a difference. mftf: always MFTF. matre: matre for every version, without checks. What matre cannot write MFTF generates in each case.',
  }),
  MATRE_RUN_DATA: setting({
    group: 'MFTF',
    schema: z.enum(runDataModes, `must be one of ${runDataModes.join(', ')}`),
    default: 'auto',
    description:
      'Whether the data and operations of tests are read once for a run (docs/pruning.md). auto: yes, where that is possible. off: each test reads all of them, as in MFTF alone.',
  }),
  MATRE_GENERATION_TIMEOUT: setting({
    group: 'MFTF',
    schema: duration(1),
    default: '15m',
    description: 'How long MFTF may take to generate the tests of a run.',
  }),
};
