import { expect, test } from 'vitest';
import { noDockerBecause } from '../support/docker.ts';
import { playHosts, reportHosts } from './play.ts';

/** The short form of `make hosts`. How fast things happen is not judged, since the machine may be busy with other tests. */
test.skipIf(noDockerBecause() !== undefined)(
  'invariants 1 to 6: hold when hosts are cut off, also while nobody there looks after their test processes',
  { timeout: 900_000 },
  async () => {
    const verdict = await playHosts({
      ...{ seed: 3, hosts: 3, cuts: 3, slots: 2, environments: 4 },
      settleMs: 600_000,
      outliveMs: 60_000,
      say: () => {},
    });
    console.log(reportHosts(verdict));
    expect(verdict.violations).toEqual([]);
    expect(verdict.cuts.filter(({ hit }) => hit > 0).length).toBeGreaterThan(0);
    expect(verdict.evidence.runs.filter(({ verdict }) => verdict === 'passed').length).toBeGreaterThan(0);
  },
);
