import type { EnvValue } from '../../mftf/module/env-files.ts';
import type { Environment } from '../../model/environment.ts';
import { type Check, type Finding, ok, problem, unknown } from '../check.ts';
import type { CheckContext } from '../check-context.ts';
import { limitsOf } from '../limits.ts';
import { askAddress } from '../probes/address.ts';

/**
 * What MFTF does by itself before it makes data. One try for each environment: Magento locks an account after some wrong ones
 * (six in its defaults), so this is nothing for every run.
 */
export const adminRefused: Check = {
  name: 'admin-refused',
  description:
    'whether each shop gives the administrator a token, with the name and password that its tests will use',
  symptoms: [
    'Cannot retrieve API token with credentials. Please check the following configurations',
    'The account sign-in was incorrect or your account is disabled temporarily',
    'You need to configure Two-Factor Authorization in order to proceed',
  ],
  codes: ['CREDENTIALS_WRONG', 'TWO_FACTOR_ON'],

  async run(context) {
    const { environments, maySignIn } = context;
    if (!maySignIn) return [ok('Not asked: only operators and admins may have the doctor sign in to shops.')];
    const found = await Promise.all(environments.map((environment) => inspect(context, environment)));
    const told = found.flat();
    const inside = environments.length - told.length;
    return inside > 0 || told.length === 0
      ? [...told, ok(`${inside} shops let their administrator in.`)]
      : told;
  },
};

async function inspect(context: CheckContext, environment: Environment): Promise<Finding[]> {
  const { code } = environment;
  const values = await context
    .containers()
    .then(({ valuesOf }) => valuesOf(environment))
    // Another check tells what is wrong with the module.
    .catch((): EnvValue[] => []);
  const value = (name: string) => values.find((each) => each.name === name)?.value;
  const username = value('MAGENTO_ADMIN_USERNAME') ?? environment.adminUsername;
  const password = value('MAGENTO_ADMIN_PASSWORD');
  const base = value('MAGENTO_BASE_URL') ?? environment.baseUrl;
  if (password === undefined) return [ok('Not asked: no password is known, so no test signs in.', code)];

  const timeoutMs = limitsOf(context.config).shopMs;
  const schemaUrl = `${base}rest/schema?services=twoFactorAuthAdminTokenServiceV1`;
  const schema = await askAddress(schemaUrl, { timeoutMs });
  if (schema.error !== undefined) return [unknown(`The shop does not answer (${schema.error}).`, code)];
  if (schema.status === 200 && /"\/V1\/tfa\//.test(schema.body))
    return twoFactor(code, value('OTP_SHARED_SECRET'));

  const json = { username, password };
  const { status, error } = await askAddress(`${base}rest/V1/integration/admin/token`, {
    timeoutMs,
    method: 'POST',
    json,
  });
  if (status === 200) return [];
  if (status !== 401 && status !== 403) {
    return [unknown(`The shop answers a request for a token with ${error ?? status}.`, code)];
  }
  return [
    problem('CREDENTIALS_WRONG', `${base} does not let ${username} in (${status}).`, {
      about: code,
      remedy: `matre env edit ${code} --ask-admin-password (or --admin-username NAME); in Magento: bin/magento admin:user:unlock ${username}`,
    }),
  ];
}

/** With it on, a token needs a one-time password as well, which MFTF makes from its secret. */
function twoFactor(code: string, secret: string | undefined): Finding[] {
  if (secret !== undefined && secret !== '') return [];
  return [
    problem('TWO_FACTOR_ON', 'Two-factor authentication is on, and OTP_SHARED_SECRET is not set.', {
      about: code,
      remedy: `matre env set ${code} OTP_SHARED_SECRET --secret (after bin/magento security:tfa:google:set-secret), or bin/magento module:disable Magento_TwoFactorAuth`,
    }),
  ];
}
