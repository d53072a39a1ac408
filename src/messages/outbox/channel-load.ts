/** What this process sends on each channel at a time, and which channels failed last. Channels are named by their ids. */
export interface ChannelLoad {
  begin(channelId: number): void;
  end(channelId: number): void;
  /** The last attempt failed: one attempt at a time shows whether the channel works again. */
  noteFailure(channelId: number): void;
  /** An attempt succeeded. Returns whether the one before had failed. */
  noteSuccess(channelId: number): boolean;
  /** How many more messages a channel can take now, for the channels where it is not `perChannel`. */
  limits(): Map<number, number>;
}

/** `perChannel` is the number of messages that a channel that works is sent at a time. */
export function createChannelLoad(perChannel: number): ChannelLoad {
  const underWay = new Map<number, number>();
  const failed = new Set<number>();
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
      failed.add(channelId);
    },
    noteSuccess: (channelId) => failed.delete(channelId),
    limits() {
      const free = new Map<number, number>();
      for (const id of new Set([...underWay.keys(), ...failed])) {
        const limit = failed.has(id) ? 1 : perChannel;
        free.set(id, Math.max(0, limit - (underWay.get(id) ?? 0)));
      }
      return free;
    },
  };
}
