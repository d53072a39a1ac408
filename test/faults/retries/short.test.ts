import { expect, test } from 'vitest';
import { reportCampaign, runCampaign } from './campaign.ts';

/** The short form of `make retries`. */
test('invariants 1 to 5: hold for retries in the same run while workers are killed and the stores are away', {
  timeout: 600_000,
}, async () => {
  const verdict = await runCampaign({ seed: 7, retries: 20, environments: 4, processes: 2 });
  console.log(reportCampaign(verdict));
  expect(verdict.violations).toEqual([]);
  expect(verdict.evidence.retries).toHaveLength(20);
});
