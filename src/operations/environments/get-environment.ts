import { closest, distance } from 'fastest-levenshtein';
import { Fault, isFault } from '../../faults/fault.ts';
import { asSentence } from '../../faults/sentence.ts';
import type { Environment } from '../../model/environment.ts';
import type { Context } from '../core/context.ts';

/** The ids of the environments with these codes, each once. Errors: ENVIRONMENT_UNKNOWN. */
export async function idsOfEnvironments(context: Context, codes: readonly string[]): Promise<number[]> {
  const ids: number[] = [];
  for (const code of new Set(codes)) ids.push((await getEnvironment(context, code)).id);
  return ids;
}

/** The environment with a code. Errors: ENVIRONMENT_UNKNOWN, with the nearest code. */
export async function getEnvironment(context: Context, code: string): Promise<Environment> {
  try {
    return await context.environments.get(code);
  } catch (error) {
    if (!isFault(error, 'ENVIRONMENT_UNKNOWN')) throw error;
    const nearest = await nearestCode(context, code);
    if (nearest === undefined) throw error;
    throw new Fault(error.code, `${asSentence(error.message)} Did you mean ${nearest}?`);
  }
}

/** The code of an environment that a wrong one may stand for; `undefined` when none is near. */
export async function nearestCode(context: Context, code: string): Promise<string | undefined> {
  const codes = (await context.environments.list()).map((environment) => environment.code);
  const nearest = codes.length > 0 ? closest(code, codes) : undefined;
  return nearest === undefined || distance(code, nearest) > 3 ? undefined : nearest;
}
