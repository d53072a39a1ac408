import type { Status } from '../../model/result.ts';
import type { Reason } from '../../model/run.ts';

/**
 * The outcomes, with failed tests broken when the shop is down right after them; `shopOutage` says why it cannot be tested. It costs one
 * request, and only after a failure.
 */
export async function withoutOutage<Outcome extends { status: Status; reason: Reason | undefined }>(
  outcomes: Outcome[],
  shopOutage: () => Promise<string | undefined>,
): Promise<Outcome[]> {
  if (outcomes.every(({ status }) => status !== 'failed')) return outcomes;
  const message = await shopOutage();
  if (message === undefined) return outcomes;
  const reason: Reason = { code: 'MAGENTO_UNREACHABLE', message };
  return outcomes.map((outcome) =>
    outcome.status === 'failed' ? { ...outcome, status: 'broken', reason } : outcome,
  );
}
