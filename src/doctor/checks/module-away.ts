import { isFault, toFault } from '../../faults/fault.ts';
import { type Check, type Finding, ok, problem, problemsOrOk } from '../check.ts';

export const moduleAway: Check = {
  name: 'module-away',
  labels: {
    subject: 'the test module',
    ok: 'the test module can be fetched',
    problem: 'the test module cannot be fetched',
  },
  description: 'the newest commit of the test module, fetched as runs fetch it',
  symptoms: ['the tests cannot be fetched: repository, branch or credentials are wrong'],
  codes: ['MODULE_CHECKOUT_FAILED', 'MODULE_INVALID', 'CONFIG_INVALID', 'DISK_FULL'],

  async run({ containers }) {
    const { newest } = await containers();
    const { id, subject } = await newest();
    return [ok(`The newest commit is ${id.slice(0, 12)} ${subject}`)];
  },
};

/** The file of the module that each run needs for its environment. */
export const moduleEnvFileMissing: Check = {
  name: 'module-env-file-missing',
  labels: {
    subject: 'the module env files',
    ok: 'the module has all env files',
    problem: 'the module env file is missing',
  },
  description: 'Cron/data/.env.<code> of each environment at the newest commit of the test module',
  symptoms: [
    "can't open '/var/www/html/app/code/TestModule/Cron/data/.env.<code>': No such file",
    'the module env file is missing in a long-lived container',
  ],
  codes: ['MODULE_ENV_FILE_MISSING', 'MODULE_INVALID'],

  async run({ environments, containers }) {
    const { newest, valuesOf } = await containers();
    const commit = await newest();
    const problems = await Promise.all(
      environments.map(async (environment): Promise<Finding[]> => {
        try {
          await valuesOf(environment);
          return [];
        } catch (error) {
          if (!isFault(error, 'MODULE_ENV_FILE_MISSING', 'MODULE_INVALID')) throw error;
          const { code, message } = toFault(error);
          const remedy = `Add Cron/data/.env.${environment.code} to the test module, commit and push it.`;
          return [problem(code, message, { about: environment.code, remedy })];
        }
      }),
    );
    return problemsOrOk(
      problems.flat(),
      `The module has the file of all ${environments.length} environments at ${commit.id.slice(0, 12)}.`,
    );
  },
};
