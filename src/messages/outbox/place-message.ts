import type { PlannedMessage } from '../../model/message.ts';
import type { Placement, ThreadMessage } from '../../store/tables/message-plans.ts';
import { newerIsShown } from '../channels/forge-delivery.ts';

/**
 * Decides where a planned message is placed in its thread, whose earlier messages are the newest first.
 *
 * A submission has one post on a channel, however often it finishes: later notices edit it. Where a post cannot be edited, another one
 * is sent only when the outcome differs. What was not sent yet is renewed, so a channel that is away gets one message for each
 * submission when it is back, and not one for each notice.
 */
export function placeMessage(
  planned: PlannedMessage,
  thread: readonly ThreadMessage[],
  about: { canEdit: boolean; runId: number | undefined; submissionId: number | undefined },
): Placement {
  const { canEdit, runId, submissionId = 0 } = about;
  const { purpose } = planned;
  const newest = (sought: PlannedMessage['purpose']) => thread.find((each) => each.purpose === sought);
  if (purpose === 'status' || purpose === 'comment') {
    // Only the newest state matters, and of several submissions for a commit that of the newest one.
    const earlier = newest(purpose);
    if ((earlier?.submissionId ?? 0) > submissionId) return { kind: 'none', reason: newerIsShown };
    return earlier && isWaiting(earlier) ? renew(earlier) : { kind: 'insert', purpose };
  }
  if (purpose === 'reply') {
    const earlier = newest('reply');
    return earlier && isUnattempted(earlier) && earlier.runId === runId
      ? renew(earlier)
      : { kind: 'insert', purpose };
  }
  // Of an alert, the begin and the end are two posts.
  if (!planned.thread?.startsWith('submission/')) return { kind: 'insert', purpose };
  const post = thread.find(
    (each) => each.purpose === 'post' && (each.state === 'waiting' || each.state === 'sent'),
  );
  if (!post) {
    return purpose === 'post'
      ? { kind: 'insert', purpose }
      : { kind: 'none', reason: 'There is no post to edit.' };
  }
  if (isUnattempted(post)) return renew(post);
  if (canEdit) {
    const edit = newest('edit');
    return edit && isWaiting(edit) ? renew(edit) : { kind: 'insert', purpose: 'edit' };
  }
  if (purpose === 'edit') return { kind: 'none', reason: 'A post of this channel cannot be edited.' };
  return post.outcome === planned.outcome
    ? { kind: 'none', reason: 'It was announced with the same outcome.' }
    : { kind: 'insert', purpose };
}

const isWaiting = ({ state, claimed }: ThreadMessage) => state === 'waiting' && !claimed;
/** Certainly not sent: no attempt was made. */
const isUnattempted = (message: ThreadMessage) => isWaiting(message) && message.attempts === 0;

const renew = ({ id }: ThreadMessage): Placement => ({ kind: 'renew', messageId: id });
