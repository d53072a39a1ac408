import { expect, test } from 'vitest';
import { reportMessageCampaign, runMessageCampaign } from './campaign.ts';

/** The short form of `make messages`. */
test('invariant 11: holds while senders are killed and channels, PostgreSQL and the network are away', {
  timeout: 900_000,
}, async () => {
  const verdict = await runMessageCampaign({ seed: 7, kills: 5, outages: 6, processes: 2 });
  console.log(reportMessageCampaign(verdict));
  expect([verdict.lost, verdict.doubled]).toEqual([[], []]);
  expect(verdict.sent).toBeGreaterThan(0);
});
