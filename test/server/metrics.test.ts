import { describe, expect, it } from 'vitest';
import { createMetrics } from '../../src/server/metrics.ts';
import { startTestServer } from '../support/app.ts';
import { metricsConformance } from './metrics-conformance.ts';

metricsConformance('embedded');
metricsConformance('postgres');

describe('metrics', () => {
  it('require the token, and do not need the database', async () => {
    const token = 'a-token-of-some-length';
    const pool = () => Promise.reject(new Error('no engine'));
    const server = await startTestServer({ settings: { MATRE_TOKEN: token }, parts: { pool } });
    try {
      expect((await server.ask('GET', '/metrics')).status).toBe(401);
      const { body, headers } = await server.ask('GET', '/metrics', undefined, {
        authorization: `Bearer ${token}`,
      });
      expect(headers.get('content-type')).toContain('text/plain; version=0.0.4');
      expect(body).toContain('matre_database_up 1');
      expect(body).not.toMatch(/^matre_containers/m);

      const database = {
        ...server.app.context.database,
        query: () => Promise.reject(new Error('it is unreachable')),
      };
      const text = await createMetrics({ ...server.app.context, database }).scrape();
      expect(text).toContain('matre_database_up 0');
      expect(text).toContain('matre_locks_lost_total{lock="environment"} 0');
    } finally {
      await server.close();
    }
  });
});
