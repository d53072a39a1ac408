import type { SecretBox } from '../../crypto/secret-box.ts';
import type { Database } from '../database/database.ts';
import { createAccounts } from './accounts.ts';
import { createAudit } from './audit.ts';
import { createFirstAdminInvite } from './first-admin-invite.ts';
import { createSessions } from './sessions.ts';
import { createSignInAttempts } from './sign-in-attempts.ts';
import { createTokens } from './tokens.ts';

export type Access = ReturnType<typeof createAccess>;

/** Who may do what, and who did: what the database knows of it. */
export function createAccess(deps: { database: Database; secrets: SecretBox; sessionMs: number }) {
  const { database, secrets, sessionMs } = deps;
  return {
    accounts: createAccounts({ database }),
    sessions: createSessions({ database, idleMs: sessionMs }),
    tokens: createTokens({ database }),
    welcome: createFirstAdminInvite({ database }),
    attempts: createSignInAttempts({ database }),
    audit: createAudit({ database }),
    /** For what a browser keeps for us while it is at an OpenID provider. */
    secrets,
  };
}
