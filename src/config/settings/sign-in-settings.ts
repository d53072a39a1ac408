import { z } from 'zod';
import { anyText, duration, list, matching, url } from '../setting-parsers.ts';
import { optional, setting } from './setting.ts';

/** The settings of sign-in: a part of the table of settings. */
export const signInSettings = {
  MATRE_SIGN_IN: setting({
    group: 'Sign-in',
    schema: z.enum(['auto', 'on', 'off'], 'must be auto, on or off'),
    default: 'auto',
    description:
      'Whether users must sign in: auto, which is off on the embedded database as long as only this machine can reach the server and no other setting of sign-in is set; on; or off, which is refused when other machines can reach the server.',
  }),
  MATRE_SESSION: setting({
    group: 'Sign-in',
    schema: duration(60),
    default: '24h',
    description:
      'How long a user stays signed in without a request. The maximum is seven days, with or without requests.',
  }),
  MATRE_SECOND_FACTOR: setting({
    group: 'Sign-in',
    schema: z.enum(['off', 'admin', 'operator', 'viewer'], 'must be off, admin, operator or viewer'),
    default: 'off',
    description:
      'The least role whose users must have a second factor when they sign in with a password: admin; operator, which includes admins; viewer for all users; or off. A user without one can only set it up. OpenID providers have their own.',
  }),
  MATRE_OIDC_ISSUER: optional({
    group: 'Sign-in',
    schema: url('https', 'http'),
    description: 'The OpenID provider for sign-in. http:// is allowed only for this machine.',
  }),
  MATRE_OIDC_CLIENT_ID: optional({
    group: 'Sign-in',
    schema: anyText,
    description: 'The id of this client at the provider.',
  }),
  MATRE_OIDC_CLIENT_SECRET: optional({
    group: 'Sign-in',
    schema: anyText,
    secret: 'whole',
    description: 'The secret of this client at the provider.',
  }),
  MATRE_OIDC_NAME: setting({
    group: 'Sign-in',
    schema: anyText,
    default: 'OpenID Connect',
    description: 'The name of the provider on the sign-in button.',
  }),
  MATRE_OIDC_SCOPES: setting({
    group: 'Sign-in',
    schema: matching(/^openid(?: [\x21-\x7e]+)*$/, 'must be scopes separated by blanks, openid first'),
    default: 'openid profile email',
    description: 'The scopes that are requested from the provider.',
  }),
  MATRE_OIDC_USER_CLAIM: setting({
    group: 'Sign-in',
    schema: anyText,
    default: 'preferred_username',
    description: 'The claim with the name of the user.',
  }),
  MATRE_OIDC_ROLE_CLAIM: setting({
    group: 'Sign-in',
    schema: anyText,
    default: 'groups',
    description: 'The claim that determines the role: a text or a list of texts.',
  }),
  MATRE_OIDC_ADMINS: setting({
    group: 'Sign-in',
    schema: list(anyText),
    default: '',
    description: 'Values of that claim that give the role admin, separated by commas.',
  }),
  MATRE_OIDC_OPERATORS: setting({
    group: 'Sign-in',
    schema: list(anyText),
    default: '',
    description: 'Values that give the role operator.',
  }),
  MATRE_OIDC_VIEWERS: setting({
    group: 'Sign-in',
    schema: list(anyText),
    default: '',
    description:
      'Values that give the role viewer; * gives it to every user. A user without a role cannot sign in.',
  }),
};
