import type { channelPauseMs } from './backoff.ts';

/** What this process sends on each channel at a time, and which channels failed last. Channels are named by their ids. */
export interface ChannelLoad {
  begin(channelId: number): void;
  end(channelId: number): void;
  /** The last attempt failed: after a pause, one attempt at a time shows whether the channel works again. */
  noteFailure(channelId: number): void;
  /** An attempt succeeded. Returns whether the one before had failed. */
  noteSuccess(channelId: number): boolean;
  /** A user has changed the channel: it may work now. */
  noteChange(channelId: number): void;
  /** How many more messages a channel can take now, for the channels where it is not `perChannel`. */
  limits(): Map<number, number>;
}

export interface ChannelLoadOptions {
  /** The number of messages that a channel that works is sent at a time. */
  perChannel: number;
  channelPauseMs: typeof channelPauseMs;
  now?: () => number;
}

export function createChannelLoad({
  perChannel,
  channelPauseMs,
  now = () => performance.now(),
}: ChannelLoadOptions): ChannelLoad {
  const underWay = new Map<number, number>();
  const failed = new Map<number, { failures: number; pausedUntilMs: number }>();
  const isPaused = (id: number) => now() < (failed.get(id)?.pausedUntilMs ?? 0);
  return {
    begin(channelId) {
      underWay.set(channelId, (underWay.get(channelId) ?? 0) + 1);
    },
    end(channelId) {
      const rest = (underWay.get(channelId) ?? 1) - 1;
      if (rest > 0) underWay.set(channelId, rest);
      else underWay.delete(channelId);
    },
    noteFailure(channelId) {
      // Attempts that were under way together fail together: they are one failure.
      if (isPaused(channelId)) return;
      const failures = (failed.get(channelId)?.failures ?? 0) + 1;
      failed.set(channelId, { failures, pausedUntilMs: now() + channelPauseMs(failures) });
    },
    noteSuccess: (channelId) => failed.delete(channelId),
    noteChange(channelId) {
      if (failed.has(channelId)) failed.set(channelId, { failures: 0, pausedUntilMs: 0 });
    },
    limits() {
      const free = new Map<number, number>();
      for (const id of new Set([...underWay.keys(), ...failed.keys()])) {
        const limit = isPaused(id) ? 0 : failed.has(id) ? 1 : perChannel;
        free.set(id, Math.max(0, limit - (underWay.get(id) ?? 0)));
      }
      return free;
    },
  };
}
