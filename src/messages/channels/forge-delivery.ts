import type { SubmissionFacts } from '../../model/message-facts.ts';
import { type ForgeChannel, type StatusTarget, statusTarget } from '../statuses/status-target.ts';
import { type Delivery, DeliveryFault } from './channel.ts';
import { type ForgeRemote, forgeRemote } from './forge-request.ts';

/** The facts of a delivery and where its status goes. Throws a DeliveryFault for what a channel on a forge cannot show. */
export function addressOf(
  { purpose, content }: Delivery,
  channel: ForgeChannel,
): { facts: SubmissionFacts; target: StatusTarget } {
  const refuse = (message: string) => new DeliveryFault('MESSAGE_REFUSED', message, { permanent: true });
  const { facts } = content;
  if (facts.kind !== 'submission' || (purpose !== 'status' && purpose !== 'comment')) {
    throw refuse('A channel on GitHub or GitLab shows only statuses of commits, and comments.');
  }
  const target = statusTarget(channel, facts);
  // The settings of the channel have changed since it was planned.
  if (typeof target === 'string') throw refuse(`The channel does not show this submission: ${target}.`);
  if (purpose === 'comment' && target.pullRequest === undefined)
    throw refuse('The commit has no pull or merge request.');
  return { facts, target };
}

/** What the newest message of the thread answered; `undefined` for the first one. */
export const remoteOf = ({ thread }: Delivery): ForgeRemote | undefined => forgeRemote.safeParse(thread).data;

/** Why the state of an older submission is not shown. */
export const newerIsShown = 'A newer submission is shown there.';

/** Whether a newer submission has shown its state at the same place already: then the state of an older one must not replace it. */
export const isOlder = ({ submission }: SubmissionFacts, remote: ForgeRemote | undefined): boolean =>
  remote !== undefined && remote.submission > submission.id;
