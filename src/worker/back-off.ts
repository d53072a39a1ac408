/** How long an environment is left out by default. */
export const defaultBackOffMs = 2_000;

/** Environments whose lock was refused a moment ago. Claims leave them out for a while. */
export interface BackOff {
  /** Leaves an environment out from now on, for `delayMs`. */
  add(environmentId: number): void;
  /** The ids of the environments that are left out now. */
  environmentIds(): number[];
}

/** `onEnd` is called when an environment may be claimed again; it does not keep the process alive. */
export function createBackOff({ delayMs, onEnd }: { delayMs: number; onEnd(): void }): BackOff {
  /** Until when, on the monotonic clock, by environment. */
  const endsAt = new Map<number, number>();
  return {
    add(environmentId) {
      endsAt.set(environmentId, performance.now() + delayMs);
      setTimeout(onEnd, delayMs + 1).unref();
    },
    environmentIds() {
      const now = performance.now();
      for (const [id, end] of endsAt) if (end <= now) endsAt.delete(id);
      return [...endsAt.keys()];
    },
  };
}
