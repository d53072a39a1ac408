import { afterAll, beforeAll } from 'vitest';
import { createRedisLocks } from '../../src/locks/redis.ts';
import { createLog } from '../../src/log.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { lockStoreConformance } from './conformance.ts';

const log = createLog({ level: 'silent' });
let redis: TestRedis;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());

lockStoreConformance('redis', { open: async () => createRedisLocks({ url: redis.url, ttlMs: 10_000, log }) });
