import type { Database } from '../../store/database/database.ts';
import { createMessageRules, moveDigest } from '../../store/tables/message-rules.ts';
import { insertNotice } from '../../store/tables/notices.ts';
import { insertSubmissionNotices } from '../../store/tables/submission-notices.ts';
import type { DigestDetails } from '../facts/facts-source.ts';
import { duePeriod, nextDigest } from './digest-time.ts';

/**
 * Adds the notices that no single change brings about: digests that are due, first failures and progress of submissions. Any number of
 * processes may do so, as often as they like; each notice is added once. `now`: by the clock of the database.
 */
export async function insertDueNotices(database: Database, now: Date): Promise<void> {
  for (const rule of await createMessageRules({ database }).dueDigests(now)) {
    const { digest, digestAt } = rule;
    if (!digest || !digestAt) continue;
    const { from, to } = duePeriod(digest, now);
    const details: DigestDetails = {
      ...{ ruleId: rule.id, period: digest.period, from: from.toISOString(), to: to.toISOString() },
    };
    await database.transaction(async (transaction) => {
      const moved = await moveDigest(transaction, rule.id, digestAt, nextDigest(digest, now));
      if (moved) await insertNotice(transaction, { kind: 'digest-due', details });
    });
  }
  await insertSubmissionNotices(database);
}
