/** Reports an outage once when it begins and once when it ends, however often the work is tried meanwhile. */
export interface OutageLog {
  failed(error: unknown): void;
  succeeded(): void;
}

/** `key` tells one outage from another, for example by the code of the error: a different one is reported again. */
export function createOutageLog(options: {
  onBegin(error: unknown): void;
  onEnd(): void;
  key?: (error: unknown) => unknown;
}): OutageLog {
  const { onBegin, onEnd, key = () => true } = options;
  let current: { key: unknown } | undefined;
  return {
    failed(error) {
      const next = key(error);
      if (current?.key === next) return;
      current = { key: next };
      onBegin(error);
    },
    succeeded() {
      if (current) onEnd();
      current = undefined;
    },
  };
}
