import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { cliHere } from '../../../test/support/cli.ts';
import type { TrendsView } from '../../operations/trends/trends-view.ts';

const day = (text: string, runs: number, durationMs: number): TrendsView['days'][number] => ({
  ...{ day: text, runs, passed: 95, failed: 5, broken: 1, flaky: 2, passRate: 0.95, flakiness: 0.02 },
  ...{ durationMs, testMs: null, waitingMs: 60_000 },
});
const test = {
  ...{ test: 'SlowTest', suite: 'CartSuite', executions: 12, failed: 1, flaky: 0 },
  ...{ meanMs: 61_000, totalMs: 732_000, beforeMs: 30_000, afterMs: 61_000 },
};
const trends: TrendsView = {
  since: '2026-11-16',
  // A Sunday, and the Monday and Tuesday after it.
  days: [day('2026-11-22', 1, 600_000), day('2026-11-23', 1, 600_000), day('2026-11-24', 3, 1_000_000)],
  ...{ environments: [], slowest: [test], grown: [test], costliest: [] },
  neverFailed: { days: 90, tests: 2, totalMs: 3_600_000, costliest: [test] },
};

it('prints weeks with weighted means, and the lists of tests', async () => {
  let query = '';
  const server = createServer(({ url }, response) => {
    query = url ?? '';
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(query.includes('environment=gone') ? { ...trends, days: [] } : trends));
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  try {
    const settings = { MATRE_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
    const { stdout } = await cliHere(['trends', '-g', 'smoke', '--days', '14', '-n', '1'], { settings });
    expect(query).toBe('/api/trends?group=smoke&days=14');
    expect(stdout).toMatch(/^2026-11-16 +1 +95\.0% +2\.0% +5 +1 /m);
    expect(stdout).toMatch(/CartSuite:SlowTest +30 s +1 min 1 s +\+103%/);
    expect(stdout).toContain('No failure in 90 days: 2 tests, 1 h together');
    expect(stdout).toContain('Most time in total\nnone\n');
    const plain = await cliHere(['trends'], { settings });
    expect(plain.stdout).toMatch(/^2026-11-23 +4 +95\.0% +2\.0% +10 +2 +15 min +1 min$/m);
    const none = await cliHere(['trends', '-e', 'gone'], { settings });
    expect(none.stdout).toBe('No run finished since 2026-11-16.\n');
  } finally {
    server.closeAllConnections();
    server.close();
  }
});
