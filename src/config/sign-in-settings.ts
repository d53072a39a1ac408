import { z } from 'zod';
import { optional, setting } from './setting.ts';
import { duration, list, matching, text, url } from './setting-parsers.ts';

/** How people sign in: a part of the table of settings. */
export const signInSettings = {
  MATRE_SIGN_IN: setting({
    group: 'Sign-in',
    schema: z.enum(['auto', 'on', 'off'], 'must be auto, on or off'),
    default: 'auto',
    description:
      'Whether people sign in: auto, which is off on the embedded database as long as only this machine can reach the server and nothing else of sign-in is set; on; or off, which is refused when others can reach it.',
  }),
  MATRE_SESSION: setting({
    group: 'Sign-in',
    schema: duration(60),
    default: '24h',
    description:
      'How long somebody stays signed in who asks for nothing. Seven days is the most, whoever asks.',
  }),
  MATRE_OIDC_ISSUER: optional({
    group: 'Sign-in',
    schema: url('https', 'http'),
    description: 'The OpenID provider that people may sign in with. http:// is for this machine alone.',
  }),
  MATRE_OIDC_CLIENT_ID: optional({
    group: 'Sign-in',
    schema: text,
    description: 'What the provider calls this client.',
  }),
  MATRE_OIDC_CLIENT_SECRET: optional({
    group: 'Sign-in',
    schema: text,
    secret: 'whole',
    description: 'The secret of the client.',
  }),
  MATRE_OIDC_NAME: setting({
    group: 'Sign-in',
    schema: text,
    default: 'OpenID Connect',
    description: 'What people read on the button.',
  }),
  MATRE_OIDC_SCOPES: setting({
    group: 'Sign-in',
    schema: matching(/^openid(?: [\x21-\x7e]+)*$/, 'must be scopes with blanks between them, openid first'),
    default: 'openid profile email',
    description: 'What is asked of the provider.',
  }),
  MATRE_OIDC_USER_CLAIM: setting({
    group: 'Sign-in',
    schema: text,
    default: 'preferred_username',
    description: 'The claim with the name of the user.',
  }),
  MATRE_OIDC_ROLE_CLAIM: setting({
    group: 'Sign-in',
    schema: text,
    default: 'groups',
    description: 'The claim that decides about the role: a text or a list of texts.',
  }),
  MATRE_OIDC_ADMINS: setting({
    group: 'Sign-in',
    schema: list(text),
    default: '',
    description: 'Values of that claim that make an admin, with commas between them.',
  }),
  MATRE_OIDC_OPERATORS: setting({
    group: 'Sign-in',
    schema: list(text),
    default: '',
    description: 'Values that make an operator.',
  }),
  MATRE_OIDC_VIEWERS: setting({
    group: 'Sign-in',
    schema: list(text),
    default: '',
    description: 'Values that make a viewer; * makes one of everybody. Who has no role cannot sign in.',
  }),
};
