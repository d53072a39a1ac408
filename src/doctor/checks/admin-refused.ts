import type { EnvValue } from '../../mftf/module/env-files.ts';
import { joinBaseUrl, splitBaseUrl } from '../../model/address/base-url.ts';
import type { Environment } from '../../model/environment.ts';
import { type Check, type Finding, ok, problem, unknown } from '../check.ts';
import type { CheckContext } from '../check-context.ts';
import { type RequestShop, withShopRequests } from '../probes/shop.ts';

/**
 * Requests an admin token as MFTF does before it creates data. One try for each environment: Magento locks an account after a few wrong
 * passwords (six by default), so runs do not check this.
 */
export const adminRefused: Check = {
  name: 'admin-refused',
  description: 'whether each shop issues an admin token for the user name and password that its tests use',
  symptoms: [
    'Cannot retrieve API token with credentials. Please check the following configurations',
    'The account sign-in was incorrect or your account is disabled temporarily',
    'You need to configure Two-Factor Authorization in order to proceed',
  ],
  codes: ['CREDENTIALS_WRONG', 'TWO_FACTOR_ON'],

  async run(context) {
    const { environments, maySignIn } = context;
    if (!maySignIn)
      return [ok('Not checked: only operators and admins may let the doctor sign in to shops.')];
    const perShop = await withShopRequests(context, (request) =>
      Promise.all(environments.map((environment) => inspectShop(context, environment, request))),
    );
    const findings = perShop.flat();
    const accepted = environments.length - findings.length;
    return accepted > 0 || findings.length === 0
      ? [...findings, ok(`${accepted} shops accept the credentials of their administrator.`)]
      : findings;
  },
};

/** Nothing when the shop issues a token, else one finding. */
async function inspectShop(
  context: CheckContext,
  environment: Environment,
  request: RequestShop,
): Promise<Finding[]> {
  const { code } = environment;
  const values = await context
    .containers()
    .then(({ valuesOf }) => valuesOf(environment))
    // Another check reports what is wrong with the module.
    .catch((): EnvValue[] => []);
  const value = (name: string) => values.find((envValue) => envValue.name === name)?.value;
  const username = value('MAGENTO_ADMIN_USERNAME') ?? environment.adminUsername;
  const password = value('MAGENTO_ADMIN_PASSWORD');
  const { url: base, credentials } = splitBaseUrl(value('MAGENTO_BASE_URL') ?? environment.baseUrl);
  if (password === undefined)
    return [ok('Not checked: no admin password is set, so no test signs in.', code)];

  const addressOf = (path: string) => joinBaseUrl({ url: `${base}${path}`, credentials });
  const schema = await request(environment, {
    url: addressOf('rest/schema?services=twoFactorAuthAdminTokenServiceV1'),
  });
  if (schema.error !== undefined) return [unknown(`The shop does not respond (${schema.error}).`, code)];
  if (schema.status === 200 && /"\/V1\/tfa\//.test(schema.body))
    return twoFactor(code, value('OTP_SHARED_SECRET'));

  const { status, error } = await request(environment, {
    url: addressOf('rest/V1/integration/admin/token'),
    json: { username, password },
  });
  if (status === 200) return [];
  if (status !== 401 && status !== 403) {
    return [unknown(`The shop responds to a token request with ${error ?? status}.`, code)];
  }
  return [
    problem('CREDENTIALS_WRONG', `${base} refuses the credentials of ${username} (${status}).`, {
      about: code,
      remedy: `matre env edit ${code} --ask-admin-password (or --admin-username NAME); in Magento: bin/magento admin:user:unlock ${username}`,
    }),
  ];
}

/** With two-factor authentication a token also needs a one-time password, which MFTF derives from OTP_SHARED_SECRET. */
function twoFactor(code: string, secret: string | undefined): Finding[] {
  if (secret !== undefined && secret !== '') return [];
  return [
    problem('TWO_FACTOR_ON', 'Two-factor authentication is on, and OTP_SHARED_SECRET is not set.', {
      about: code,
      remedy: `matre env set ${code} OTP_SHARED_SECRET --secret (after bin/magento security:tfa:google:set-secret), or bin/magento module:disable Magento_TwoFactorAuth`,
    }),
  ];
}
