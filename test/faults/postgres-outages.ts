import type { TestPostgres } from '../support/postgres.ts';
import type { TestProxy } from '../support/proxy.ts';
import { pause } from './stores.ts';

/** The ways in which a PostgreSQL behind a proxy is away, by name: each causes one of so many milliseconds, and ends it. */
export function postgresOutages(servers: {
  postgres: TestPostgres;
  proxy: TestProxy;
}): Record<string, (ms: number) => Promise<void>> {
  const { postgres, proxy } = servers;
  return {
    async 'PostgreSQL restarted'(ms) {
      await postgres.shutdown();
      await pause(ms);
      await postgres.start();
    },
    async 'PostgreSQL killed, recovers'(ms) {
      await postgres.kill();
      await pause(ms);
      await postgres.start();
    },
    async 'network to PostgreSQL frozen'(ms) {
      proxy.freeze();
      await pause(ms);
      proxy.thaw();
    },
    async 'connections to PostgreSQL half-open'() {
      proxy.loseConnections();
    },
  };
}
