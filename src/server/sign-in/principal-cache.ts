import type { Principal } from '../../model/access.ts';

/** So that a flood of made-up secrets takes no room. */
const most = 1_000;

/**
 * Remembers for a moment who a secret stands for. One change makes fifty open pages ask several questions each, and without
 * it the database would be asked for all of them who they are.
 */
export function createPrincipalCache({ forMs }: { forMs: number }) {
  const known = new Map<string, { until: number; principal: Promise<Principal | undefined> }>();
  return {
    whoIs(secret: string, ask: () => Promise<Principal | undefined>): Promise<Principal | undefined> {
      const found = known.get(secret);
      if (found && found.until > performance.now()) return found.principal;
      if (known.size >= most) known.clear();
      const principal = ask();
      known.set(secret, { until: performance.now() + forMs, principal });
      // An error is told, and not remembered.
      principal.catch(() => known.delete(secret));
      return principal;
    },

    /** Somebody may have signed out, or have another role. */
    forget: () => known.clear(),
  };
}
