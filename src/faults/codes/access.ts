/** Codes of sign-in, tokens and users. They are part of the registry in `fault.ts`. */
import { infrastructure, usage } from '../fault-entry.ts';

export const accessFaults = {
  UNAUTHORIZED: usage(
    401,
    'Nothing was changed.',
    'Sign in: `matre login` for commands; for programs set MATRE_TOKEN to a token (`matre token create`).',
  ),
  FORBIDDEN: usage(403, 'Nothing was changed.', 'Ask an admin for the role, or ask the admin to do it.'),
  HOST_REFUSED: usage(
    403,
    'Nothing was changed. Pages of other sites could otherwise use this server through a browser.',
    'Use the address of the server itself, or add the name to MATRE_ALLOWED_HOSTS (docs/security.md).',
  ),
  CSRF_REFUSED: usage(
    403,
    'Nothing was changed. Pages of other sites could otherwise act as the user who is signed in.',
    'Send the `csrf` of GET /api/session as header X-CSRF-Token; in a browser, reload the page.',
  ),
  SIGN_IN_REFUSED: usage(401, 'The sign-in failed.', 'Check the name and the password.'),
  SIGN_IN_TOO_OFTEN: usage(
    429,
    'The password or code was not checked.',
    'Wait a quarter of an hour; an admin can set a new password at once.',
  ),
  SIGN_IN_BUSY: usage(
    503,
    'The password was not checked, because too many others are being checked.',
    'Try again in a few seconds.',
  ),
  USER_BUSY: usage(
    429,
    'Nothing was changed. Four requests of a user that read all tests or results are answered at a time, so that others are answered, too.',
    'Wait for the answers to earlier requests; give a program that asks for much a token of its own.',
  ),
  SECOND_FACTOR_REQUIRED: usage(
    401,
    'The password is right, and the sign-in needs a code as well.',
    'Send a code of the authenticator app, or a recovery code, with the password. Without both: `matre user remove-second-factor NAME`.',
  ),
  SECOND_FACTOR_REFUSED: usage(
    401,
    'The code is wrong or was used before; each works once.',
    'Wait for the next code of the authenticator app and check the clock of its device, or use a recovery code.',
  ),
  SECOND_FACTOR_MISSING: usage(
    403,
    'Nothing was changed. MATRE_SECOND_FACTOR demands a second factor for the role of the user.',
    'Open the page and set it up: nothing else is possible before.',
  ),
  SECOND_FACTOR_ENABLED: usage(
    409,
    'Nothing was changed.',
    'Disable it first, for example to use another device: `matre second-factor disable`.',
  ),
  SECOND_FACTOR_NOT_ENABLED: usage(409, 'Nothing was changed.', 'Set it up: `matre second-factor enable`.'),
  SECOND_FACTOR_NOT_BEGUN: usage(
    409,
    'Nothing was changed.',
    'Begin the set-up again, and use the new key: the one before is invalid.',
  ),
  SECOND_FACTOR_NEEDS_USER: usage(
    409,
    'A second factor belongs to a user who signs in with a password, and this request has none.',
    'Sign in as a user: `matre login`. An admin removes the second factor of another user: `matre user remove-second-factor NAME`.',
  ),
  OIDC_REFUSED: usage(
    403,
    'The sign-in failed.',
    'Try again; if it fails again, ask an admin: MATRE_OIDC_ROLE_CLAIM and its values decide who may sign in.',
  ),
  OIDC_UNREACHABLE: infrastructure(
    502,
    'No user can sign in with the OpenID provider now.',
    'Check MATRE_OIDC_ISSUER and the client at the provider; the log has the cause.',
  ),
  WELCOME_INVALID: usage(
    403,
    'No admin was created.',
    'Restart the server for a new link, or run `matre user add NAME --role admin` on its machine.',
  ),
  RESET_LINK_INVALID: usage(
    403,
    'The password was not changed.',
    'Ask an admin for a new link: `matre user reset NAME`.',
  ),
  USER_UNKNOWN: usage(404, 'Nothing was changed.', 'Run `matre user list` to see the users.'),
  USER_EXISTS: usage(409, 'Nothing was changed.', 'Choose another name, or change the existing user.'),
  USER_DEACTIVATED: usage(
    403,
    'The sign-in failed.',
    'Ask an admin: `matre user activate NAME` lets the user sign in again.',
  ),
  USER_ELSEWHERE: usage(
    409,
    'Nothing was changed.',
    'Change it at the OpenID provider: the change takes effect at the next sign-in.',
  ),
  LAST_ADMIN: usage(409, 'Nothing was changed.', 'Create another admin first.'),
  DEVICE_CODE_INVALID: usage(
    404,
    'No command was signed in.',
    'Run `matre login` again, and open the address that it prints within ten minutes.',
  ),
  TOKEN_UNKNOWN: usage(404, 'Nothing was changed.', 'Run `matre token list` to see the tokens.'),
};
