/** Before the second attempt, at most. */
const firstMs = 5_000;
/** Between two attempts at a channel that is away, at most. */
const maxMs = 900_000;
/** Between two attempts at a channel that refuses the message until something is changed. */
const refusedMs: [low: number, high: number] = [1_200_000, 2_400_000];

/** Between two attempts at a channel that does not work, whatever the message: at most at first, and in the end. */
const channelMs: [first: number, max: number] = [1_000, 30_000];

/** How an attempt failed. */
export interface Failure {
  /** With the failed one. */
  attempts: number;
  permanent: boolean;
  /** As the channel asked for. */
  retryAfterMs?: number | undefined;
}

/**
 * Milliseconds until the next attempt, never less than the channel asked for. Exponential with full jitter, so that messages that
 * failed together are not sent together; `random` is between 0 and 1.
 */
export function backoffMs(
  { attempts, permanent, retryAfterMs = 0 }: Failure,
  random = Math.random(),
): number {
  const [low, high] = refusedMs;
  const pauseMs = permanent
    ? low + random * (high - low)
    : random * Math.min(maxMs, firstMs * 2 ** Math.min(attempts - 1, 30));
  // After the time that the channel asked for, up to a second more.
  return Math.round(Math.max(pauseMs, retryAfterMs > 0 ? retryAfterMs + random * 1_000 : 0));
}

/**
 * Milliseconds in which a process sends a channel nothing after so many failures in a row. Without them a channel that refuses
 * connections would be tried with all that waits for it, one message after the other.
 */
export function channelPauseMs(failures: number, random = Math.random()): number {
  const [first, max] = channelMs;
  return Math.round((0.5 + random / 2) * Math.min(max, first * 2 ** Math.min(failures - 1, 30)));
}
