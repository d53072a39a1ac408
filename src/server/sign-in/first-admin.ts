import type { Context } from '../../operations/core/context.ts';

/**
 * Writes a link into the log with which the first admin is made, when there is none yet. It is the one secret that is ever
 * logged: it works once, for an hour, and for nothing else, and whoever reads the log of the server may have it.
 */
export async function inviteFirstAdmin({ access, log }: Context, baseUrl: string): Promise<void> {
  if (await access.accounts.hasAdmin()) return;
  const secret = await access.firstAdminInvite.invite();
  log.warn(
    `There is no admin yet. Whoever opens this link becomes the first one; it works once, for an hour: ${baseUrl}/welcome?token=${secret}`,
  );
}
