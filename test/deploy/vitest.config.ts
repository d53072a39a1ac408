import { defineConfig } from 'vitest/config';

export default defineConfig({ test: { include: ['test/deploy/running.ts'], testTimeout: 300_000 } });
