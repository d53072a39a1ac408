import type { FastifyInstance } from 'fastify';
import { Fault, type FaultCode, isFault } from '../faults/fault.ts';
import type { Context } from '../operations/core/context.ts';
import { ping } from '../store/database/database.ts';

/**
 * For probes: `/healthz` succeeds while the process responds, `/readyz` while it could accept a run: database and lock store answer.
 * Both are public, so a failure shows what is unavailable (the fault code) and never its address.
 */
export function mountHealth(server: FastifyInstance, { database, locks }: Context): void {
  server.get('/healthz', { config: { entrance: 'probe' }, schema: { hide: true } }, () => ({
    healthy: true,
  }));

  async function requireAnswer(what: string, fallback: FaultCode, answer: Promise<unknown>): Promise<void> {
    try {
      await answer;
    } catch (error) {
      // The cause is logged with every response of status 5xx, and not sent to the client.
      throw new Fault(isFault(error) ? error.code : fallback, `${what} does not answer.`, { cause: error });
    }
  }

  server.get('/readyz', { config: { entrance: 'probe' }, schema: { hide: true } }, async () => {
    // Both concurrently, because probes have short timeouts. A fault of the database is reported first: all else depends on it.
    const checks = await Promise.allSettled([
      requireAnswer('The database', 'DATABASE_UNREACHABLE', ping(database)),
      requireAnswer('The lock store', 'LOCK_STORE_UNREACHABLE', locks.check()),
    ]);
    for (const check of checks) if (check.status === 'rejected') throw check.reason;
    return { ready: true };
  });
}
