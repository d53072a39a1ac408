import type { FastifyInstance } from 'fastify';
import type { Context } from '../operations/context.ts';

/** For probes: `/healthz` says that the process answers, `/readyz` that it can take on a run. Neither says more. */
export function mountHealth(server: FastifyInstance, { database, locks, log }: Context): void {
  server.get('/healthz', { schema: { hide: true } }, () => ({ healthy: true }));

  server.get('/readyz', { schema: { hide: true } }, async (_request, reply) => {
    try {
      await database.query('SELECT 1');
      await locks.check();
      return { ready: true };
    } catch (error) {
      log.warn({ err: error }, 'Not ready.');
      return reply.code(503).send({ ready: false });
    }
  });
}
