import { mapInTurns } from '../../async/map-in-turns.ts';
import { type Fault, isFault } from '../../faults/fault.ts';
import type { CheckedOutModules } from '../../mftf/module/check-out.ts';
import { buildEnvFiles, findModuleEnvFile, seleniumValues } from '../../mftf/module/env-files.ts';
import { createRedactor } from '../../mftf/redaction/redactor.ts';
import type { Environment } from '../../model/environment.ts';
import type { SourcesAt } from '../../operations/core/context.ts';
import { readStoredValues, secretRuleOf } from './env-values.ts';
import type { QuestionDependencies } from './environment-tests.ts';

/** Hides secrets in a text of an answer about tests. */
export type Hide = (text: string) => string;

/** An answer about tests: what files of the modules have, which may be secrets of environments as they are. */
export interface TestAnswer {
  /** Those that it is about; `undefined` for none. */
  environments: readonly (Environment | undefined)[];
  /** The commits that it shows. */
  commits: readonly CheckedOutModules[];
  /** What it shows. */
  texts: readonly string[];
}

/**
 * What hides the secrets of all environments in an answer: the user chooses the environment and the commit, and a file may have the
 * secret of another one, or one that moved to `.env.<code>` later. So these files count at the commits of the answer and at the newest
 * ones. Secrets of the environments of the answer are hidden in all encodings, those of others as they are.
 */
export async function createHide(
  deps: QuestionDependencies & { sourcesAt(): Promise<SourcesAt> },
  { environments, commits, texts }: TestAnswer,
): Promise<Hide> {
  const newest = await Promise.all(
    environments.map(async (environment) => (await deps.sourcesAt()).of(environment)),
  ).catch((error: unknown) => {
    // The commits of the answer may be there when the repository is not.
    if (isFault(error)) return [];
    throw error;
  });
  const all = [...commits, ...newest.map(({ testModules }) => testModules)];
  const distinct = [
    ...new Map(all.map((modules) => [modules.map(({ path }) => path).join(), modules])).values(),
  ];
  const own = new Set<string>();
  const others = new Set<string>();
  for (const environment of await deps.environments.list()) {
    const isOwn = environments.some((each) => each?.id === environment.id);
    for (const secret of await secretsOf(deps, environment, distinct)) (isOwn ? own : others).add(secret);
  }
  const shown = texts.join('\n');
  const contained = await mapInTurns(others, (secret) => (shown.includes(secret) ? [secret] : []));
  return (await createRedactor([...own, ...contained.flat()])).text;
}

/** The secrets of an environment: those that are stored, and those of its file at each of the commits. */
async function secretsOf(
  deps: QuestionDependencies,
  environment: Environment,
  commits: readonly CheckedOutModules[],
): Promise<string[]> {
  const stored = await readStoredValues(deps, environment).catch(unlessFault('SECRET_KEY_WRONG'));
  // No test gets a value that cannot be decrypted.
  if (stored === undefined) return [];
  const { engine } = await deps.open();
  const input = { environment, ...stored, moduleNames: [], rule: secretRuleOf(deps.config) };
  const selenium = seleniumValues(deps.config, engine.kind);
  const secrets = new Set<string>();
  const add = (moduleFile: string) => {
    for (const secret of buildEnvFiles({ ...input, selenium, moduleFile }).secrets) secrets.add(secret);
  };
  add('');
  for (const modules of commits) {
    const file = await findModuleEnvFile(modules, environment.code).catch(
      unlessFault('MODULE_ENV_FILE_MISSING', 'MODULE_INVALID'),
    );
    try {
      if (file) add(file.text);
    } catch (error) {
      // No run gets a value of such a file.
      if (!isFault(error, 'MODULE_INVALID', 'INPUT_INVALID')) throw error;
    }
  }
  return [...secrets];
}

/** A handler that turns these faults into `undefined`. */
function unlessFault(...codes: Fault['code'][]) {
  return (error: unknown): undefined => {
    if (!isFault(error, ...codes)) throw error;
  };
}
