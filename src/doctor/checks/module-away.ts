import { isFault, toFault } from '../../faults/fault.ts';
import { shortCommit } from '../../model/short-commit.ts';
import { type Check, type Finding, ok, problem, problemsOrOk } from '../check.ts';

export const moduleAway: Check = {
  name: 'module-away',
  labels: {
    subject: 'the test module',
    ok: 'the test module can be fetched',
    problem: 'the test module cannot be fetched',
  },
  description: 'the newest commits of the test modules, fetched as runs fetch them',
  symptoms: ['the tests cannot be fetched: repository, branch or credentials are wrong'],
  codes: ['MODULE_CHECKOUT_FAILED', 'MODULE_INVALID', 'CONFIG_INVALID', 'DISK_FULL'],

  async run({ environments, containers }) {
    const { newest } = await containers();
    const own = environments.filter(({ modules }) => modules.length > 0);
    const findings = await Promise.all(
      own.map(async (environment): Promise<Finding> => {
        try {
          const { testModules } = await newest(environment);
          return ok(describeCommits(testModules), environment.code);
        } catch (error) {
          const { code, message } = toFault(error);
          const remedy = `Correct its test modules: matre env edit ${environment.code} --module name=NAME,repository=ADDRESS.`;
          return problem(code, message, { about: environment.code, remedy });
        }
      }),
    );
    if (own.length > 0 && own.length === environments.length) return findings;
    const { testModules } = await newest();
    return [ok(describeCommits(testModules)), ...findings];
  },
};

function describeCommits(modules: readonly { id: string; subject: string }[]): string {
  const commits = modules.map(({ id, subject }) => `${shortCommit(id)} ${subject}`);
  return commits.length === 1
    ? `The newest commit is ${commits[0]}`
    : `The newest commits are ${commits.join('; ')}`;
}

/** The file of the module that each run needs for its environment. */
export const moduleEnvFileMissing: Check = {
  name: 'module-env-file-missing',
  labels: {
    subject: 'the module env files',
    ok: 'the module has all env files',
    problem: 'the module env file is missing',
  },
  description: 'Cron/data/.env.<code> of each environment at the newest commit of a test module',
  symptoms: [
    "can't open '/var/www/html/app/code/TestModule/Cron/data/.env.<code>': No such file",
    'the module env file is missing in a long-lived container',
  ],
  codes: ['MODULE_ENV_FILE_MISSING', 'MODULE_INVALID'],

  async run({ shops, containers }) {
    const { valuesOf } = await containers();
    const problems = await Promise.all(
      shops.map(async (environment): Promise<Finding[]> => {
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
      `The test modules have the files of all ${shops.length} environments.`,
    );
  },
};
