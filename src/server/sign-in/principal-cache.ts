import type { Asker } from '../../model/access.ts';

/** So that a flood of made-up secrets takes no room. */
const most = 1_000;

/**
 * Remembers for a moment who a secret stands for. One change makes fifty open pages ask several questions each, and without
 * it the database would be asked for all of them who they are.
 */
export function createAskerMemory({ forMs }: { forMs: number }) {
  const known = new Map<string, { until: number; who: Promise<Asker | undefined> }>();
  return {
    whoIs(secret: string, ask: () => Promise<Asker | undefined>): Promise<Asker | undefined> {
      const found = known.get(secret);
      if (found && found.until > performance.now()) return found.who;
      if (known.size >= most) known.clear();
      const who = ask();
      known.set(secret, { until: performance.now() + forMs, who });
      // An error is told, and not remembered.
      who.catch(() => known.delete(secret));
      return who;
    },

    /** Somebody may have signed out, or have another role. */
    forget: () => known.clear(),
  };
}
