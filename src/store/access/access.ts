import type { SecretBox } from '../../crypto/secret-box.ts';
import type { Database } from '../database/database.ts';
import { createAccounts } from './accounts.ts';
import { createAudit } from './audit.ts';
import { createDeviceLogins } from './device-logins.ts';
import { createFirstAdminInvite } from './first-admin-invite.ts';
import { createResetLinks } from './reset-links.ts';
import { createSecondFactors } from './second-factors.ts';
import { createSessions } from './sessions.ts';
import { createSignInAttempts } from './sign-in-attempts.ts';
import { createTokens } from './tokens.ts';

export type Access = ReturnType<typeof createAccess>;

/** The tables about users: their accounts, sessions and tokens, and the audit trail. `sessionMs`: see `createSessions`. */
export function createAccess(deps: { database: Database; secrets: SecretBox; sessionMs: number }) {
  const { database, secrets, sessionMs } = deps;
  return {
    accounts: createAccounts({ database }),
    sessions: createSessions({ database, idleMs: sessionMs }),
    tokens: createTokens({ database }),
    deviceLogins: createDeviceLogins({ database }),
    firstAdminInvite: createFirstAdminInvite({ database }),
    resetLinks: createResetLinks({ database }),
    secondFactors: createSecondFactors({ database, secrets }),
    attempts: createSignInAttempts({ database }),
    audit: createAudit({ database }),
    /** Encrypts the state that a browser keeps during a sign-in at an OpenID provider. */
    secrets,
  };
}
