import { withTimeout } from '../../async/timeout.ts';
import { DeliveryFault } from '../channels/channel.ts';

export interface Sent {
  kind: 'sent';
  remote: unknown;
}

/** There is nothing to announce any more. */
interface Dropped {
  kind: 'dropped';
  code: string;
  message: string;
}

/** What an attempt is to do. */
export type Prepared =
  /** Hands the message to its channel, and returns what the channel answered. Errors: DeliveryFault. */
  | { kind: 'ready'; deliver(signal: AbortSignal): Promise<Sent | Dropped> }
  | Dropped
  /** The claim was over before anything was sent. */
  | { kind: 'lost' };

/** How an attempt ended. */
export type AttemptEnd =
  | Sent
  /** Too little of the claim was left to begin. */
  | { kind: 'late' }
  | { kind: 'failed'; error: unknown }
  | Exclude<Prepared, { kind: 'ready' }>;

export interface AttemptLimits {
  /** How long the claim lasts, and when it began (`performance.now()`). */
  leaseMs: number;
  claimedAtMs: number;
  /** How long the channel may take to answer. */
  attemptMs: number;
  signal: AbortSignal;
}

/**
 * Prepares a message for at most a quarter of its claim, and then gives its channel the whole time of an attempt: a request that is
 * aborted soon after it was sent may have been accepted, and would be sent again. Never rejects.
 */
export async function attemptMessage(
  prepare: () => Promise<Prepared>,
  { leaseMs, claimedAtMs, attemptMs, signal }: AttemptLimits,
): Promise<AttemptEnd> {
  const restMs = () => leaseMs - (performance.now() - claimedAtMs);
  try {
    const prepared = await withTimeout(
      Math.max(0, restMs() - 0.75 * leaseMs),
      prepare,
      (): { kind: 'late' } => ({ kind: 'late' }),
    );
    if (prepared.kind !== 'ready') return prepared;
    return await withTimeout(
      // Half of what is left of the claim is for recording it.
      Math.min(attemptMs, restMs() / 2),
      (late) => prepared.deliver(AbortSignal.any([late, signal])),
      () => {
        throw new DeliveryFault('CHANNEL_UNREACHABLE', 'The channel did not answer in time.', {
          permanent: false,
        });
      },
    );
  } catch (error) {
    return { kind: 'failed', error };
  }
}
