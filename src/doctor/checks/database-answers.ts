import { createDiagnosis } from '../../store/tables/diagnosis.ts';
import { type Check, ok } from '../check.ts';

/** The database, and the index in it that keeps two runs of an environment apart. */
export const databaseAnswers: Check = {
  name: 'database-answers',
  labels: { subject: 'the database', ok: 'the database responds', problem: 'the database does not work' },
  description:
    'the database: that it responds, and that its index refuses two running runs on one environment',
  symptoms: ['no run starts, and commands report that the database does not respond'],
  codes: ['DATABASE_UNREACHABLE', 'SCHEMA_DIFFERENT'],

  async run({ database }) {
    const startedAt = performance.now();
    const isUnique = await createDiagnosis({ database }).hasRunningRunIndex();
    const ms = Math.round(performance.now() - startedAt);
    const kind = database.kind === 'postgres' ? 'PostgreSQL' : 'The embedded database';
    if (isUnique)
      return [ok(`${kind} responds within ${ms} ms and allows one running run for each environment.`)];
    return [
      {
        status: 'problem',
        code: 'SCHEMA_DIFFERENT',
        message: 'The unique index run_one_running is missing: it was removed by hand.',
        remedy: `CREATE UNIQUE INDEX run_one_running ON run (environment_id) WHERE state = 'running';`,
      },
    ];
  },
};
