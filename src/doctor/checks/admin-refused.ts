import type { Environment } from '../../model/environment.ts';
import { type Check, type Finding, ok, problem, unknown } from '../check.ts';
import type { CheckContext } from '../check-context.ts';
import { notCheckedWithoutSignIn, signIn } from '../probes/sign-in.ts';

/**
 * Requests an admin token as MFTF does before it creates data. One try for each environment: Magento locks an account after a few wrong
 * passwords (six by default), so a run that was refused does not ask again for some minutes.
 */
export const adminRefused: Check = {
  name: 'admin-refused',
  labels: {
    subject: 'the admin sign-in',
    ok: 'all shops accept the admin',
    problem: 'the shop refuses the admin',
  },
  description: 'whether each shop issues an admin token for the user name and password that its tests use',
  symptoms: [
    'Cannot retrieve API token with credentials. Please check the following configurations',
    'The account sign-in was incorrect or your account is disabled temporarily',
    'You need to configure Two-Factor Authorization in order to proceed',
  ],
  codes: ['CREDENTIALS_WRONG', 'TWO_FACTOR_ON'],

  async run(context) {
    const { shops, maySignIn } = context;
    if (!maySignIn) return [notCheckedWithoutSignIn];
    const perShop = await Promise.all(shops.map((environment) => inspectShop(context, environment)));
    const findings = perShop.flat();
    const accepted = shops.length - findings.length;
    return accepted > 0 || findings.length === 0
      ? [...findings, ok(`${accepted} shops accept the credentials of their administrator.`)]
      : findings;
  },
};

/** Nothing when the shop issues a token, else one finding. */
async function inspectShop(context: CheckContext, environment: Environment): Promise<Finding[]> {
  const { code, adminUsername } = environment;
  const outcome = await signIn(context, environment);
  if (outcome.kind === 'token') return [];
  const message = `${outcome.message.charAt(0).toUpperCase()}${outcome.message.slice(1)}.`;
  switch (outcome.kind) {
    case 'values-unknown':
      return [unknown(`Not checked: ${outcome.message}`, code)];
    case 'no-password':
      return [ok('Not checked: no admin password is set, so no test signs in.', code)];
    case 'no-secret':
      return [
        problem('TWO_FACTOR_ON', message, {
          about: code,
          remedy: `matre env set ${code} OTP_SHARED_SECRET --secret (after bin/magento security:tfa:google:set-secret), or bin/magento module:disable Magento_TwoFactorAuth`,
        }),
      ];
    case 'refused':
      return [
        problem('CREDENTIALS_WRONG', message, {
          about: code,
          remedy: `matre env edit ${code} --ask-admin-password (or --admin-username NAME); in Magento: bin/magento admin:user:unlock ${adminUsername}`,
        }),
      ];
    case 'unreachable':
    case 'unexpected':
      return [unknown(message, code)];
  }
}
