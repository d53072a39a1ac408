import type { EnvValue } from '../../mftf/module/env-files.ts';
import { type SignIn, signInToShop } from '../../mftf/shop-modules/sign-in.ts';
import type { Environment } from '../../model/environment.ts';
import { ok } from '../check.ts';
import type { CheckContext } from '../check-context.ts';
import { requestShop } from './shop.ts';

/** The finding of a check that signs in, for a caller who may not let it. */
export const notCheckedWithoutSignIn = ok(
  'Not checked: only operators and admins may let the doctor sign in to shops.',
);

/** What MFTF reads for an environment; what matre stores when the test module cannot be read, which another check reports. */
export async function valuesOfShop(context: CheckContext, environment: Environment): Promise<EnvValue[]> {
  const stored = [
    { name: 'MAGENTO_BASE_URL', value: environment.baseUrl, secret: false },
    { name: 'MAGENTO_ADMIN_USERNAME', value: environment.adminUsername, secret: false },
  ];
  return context
    .containers()
    .then(({ valuesOf }) => valuesOf(environment))
    .catch(() => stored);
}

/**
 * Signs in to the shop of an environment as MFTF does, once for all checks: Magento locks an account after a few wrong passwords (six by
 * default).
 */
export async function signIn(context: CheckContext, environment: Environment): Promise<SignIn> {
  const { signIns } = context.inspections;
  const pending = signIns.get(environment.id);
  if (pending) return pending;
  const started = valuesOfShop(context, environment).then((values) =>
    signInToShop((request) => requestShop(context, environment, request), values),
  );
  signIns.set(environment.id, started);
  return started;
}
