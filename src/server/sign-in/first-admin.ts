import type { Context } from '../../operations/core/context.ts';

/**
 * Logs a link to create the first admin, when there is none yet. This is the only secret that is ever logged: it works once, within
 * an hour, for this purpose alone, and readers of the server log are trusted with it.
 */
export async function inviteFirstAdmin({ access, log }: Context, baseUrl: string): Promise<void> {
  if (await access.accounts.hasAdmin()) return;
  const secret = await access.firstAdminInvite.invite();
  log.warn(
    `There is no admin yet. Open this link to become the first one; it works once, within an hour: ${baseUrl}/welcome?token=${secret}`,
  );
}
