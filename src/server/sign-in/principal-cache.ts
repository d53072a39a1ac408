import type { Principal } from '../../model/access.ts';

/** Limits the memory that a flood of invented secrets can use. */
const maxEntries = 1_000;

/**
 * Caches the principal of a secret for `ttlMs`. After a change fifty open pages send several requests each, and without the cache
 * each request would read its principal from the database. Not `createMemo`: entries expire, and all are dropped at once.
 */
export function createPrincipalCache({ ttlMs }: { ttlMs: number }) {
  const entries = new Map<string, { expiresAt: number; principal: Promise<Principal | undefined> }>();
  return {
    find(secret: string, read: () => Promise<Principal | undefined>): Promise<Principal | undefined> {
      const cached = entries.get(secret);
      if (cached && cached.expiresAt > performance.now()) return cached.principal;
      if (entries.size >= maxEntries) entries.clear();
      const principal = read();
      entries.set(secret, { expiresAt: performance.now() + ttlMs, principal });
      // Errors are not cached.
      principal.catch(() => entries.delete(secret));
      return principal;
    },

    /** For changes after which a user may be signed out or have another role. */
    clear: () => entries.clear(),
  };
}
