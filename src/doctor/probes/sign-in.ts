import { toFault } from '../../faults/fault.ts';
import type { EnvValue } from '../../mftf/module/env-files.ts';
import { signInToShop } from '../../mftf/shop-modules/sign-in.ts';
import type { Environment } from '../../model/environment.ts';
import { ok } from '../check.ts';
import type { CheckContext, ShopSignIn } from '../check-context.ts';
import { requestShop } from './shop.ts';

/** The finding of a check that signs in, for a caller who may not let it. */
export const notCheckedWithoutSignIn = ok(
  'Not checked: only operators and admins may let the doctor sign in to shops.',
);

/** What MFTF reads for an environment. Errors: as of `CheckContext.containers` and `ContainersContext.valuesOf`. */
export async function valuesOfShop(context: CheckContext, environment: Environment): Promise<EnvValue[]> {
  const { valuesOf } = await context.containers();
  return valuesOf(environment);
}

/**
 * Signs in to the shop of an environment as MFTF does, once for all checks: Magento locks an account after a few wrong passwords (six by
 * default).
 */
export async function signIn(context: CheckContext, environment: Environment): Promise<ShopSignIn> {
  const { signIns } = context.inspections;
  const pending = signIns.get(environment.id);
  if (pending) return pending;
  const started = signInWithValues(context, environment);
  signIns.set(environment.id, started);
  return started;
}

async function signInWithValues(context: CheckContext, environment: Environment): Promise<ShopSignIn> {
  let values: EnvValue[];
  try {
    values = await valuesOfShop(context, environment);
  } catch (error) {
    // The environment may have a password, which says nothing about what tests would read. Another check reports the problem; the same
    // words for all environments, so that 200 of them are one finding.
    const { code } = toFault(error);
    const cause =
      code === 'MODULE_ENV_FILE_MISSING' ? 'the env file is missing' : `they cannot be read (${code})`;
    return { kind: 'values-unknown', message: `the values of its tests are unknown, because ${cause}.` };
  }
  return signInToShop((request) => requestShop(context, environment, request), values);
}
