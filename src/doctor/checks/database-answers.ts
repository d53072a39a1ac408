import { createDiagnosis } from '../../store/tables/diagnosis.ts';
import { type Check, ok } from '../check.ts';

/** The database, and what keeps two runs apart in it. */
export const databaseAnswers: Check = {
  name: 'database-answers',
  description:
    'the database: whether it answers, and that its index refuses two running runs on one environment',
  symptoms: ['no run starts, and commands say that the database does not answer'],
  codes: ['DATABASE_UNREACHABLE', 'SCHEMA_DIFFERENT'],

  async run({ database }) {
    const startedAt = performance.now();
    const isUnique = await createDiagnosis({ database }).allowsOneRunningRun();
    const ms = Math.round(performance.now() - startedAt);
    const kind = database.kind === 'postgres' ? 'PostgreSQL' : 'The embedded database';
    if (isUnique) return [ok(`${kind} answers in ${ms} ms and allows one running run for each environment.`)];
    return [
      {
        status: 'problem',
        code: 'SCHEMA_DIFFERENT',
        message: 'The unique index run_one_running is missing: somebody removed it.',
        remedy: `CREATE UNIQUE INDEX run_one_running ON run (environment_id) WHERE state = 'running';`,
      },
    ];
  },
};
