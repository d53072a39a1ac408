import type { FastifyInstance } from 'fastify';
import { Fault, type FaultCode, isFault } from '../faults/fault.ts';
import type { Context } from '../operations/core/context.ts';
import { ping } from '../store/database/database.ts';

/**
 * For probes: `/healthz` says that the process answers, `/readyz` that it can take on a run: the database answers, and the
 * lock store. Everybody may ask, so the answer names what is away (the code of the fault) and never where it is.
 */
export function mountHealth(server: FastifyInstance, { database, locks }: Context): void {
  server.get('/healthz', { config: { entrance: 'probe' }, schema: { hide: true } }, () => ({
    healthy: true,
  }));

  async function need(what: string, fallback: FaultCode, answer: Promise<unknown>): Promise<void> {
    try {
      await answer;
    } catch (error) {
      // The cause goes to the log with every answer that is a fault of ours, not to who asked.
      throw new Fault(isFault(error) ? error.code : fallback, `${what} does not answer.`, { cause: error });
    }
  }

  server.get('/readyz', { config: { entrance: 'probe' }, schema: { hide: true } }, async () => {
    // Both at once: a probe has little patience. The database is named first, because all else depends on it.
    const [first, second] = await Promise.allSettled([
      need('The database', 'DATABASE_UNREACHABLE', ping(database)),
      need('The lock store', 'LOCK_STORE_UNREACHABLE', locks.check()),
    ]);
    for (const each of [first, second]) if (each.status === 'rejected') throw each.reason;
    return { ready: true };
  });
}
