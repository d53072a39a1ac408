/** A queue that can be measured. Runs of an environment are executed one at a time, in their order. */
export interface Contender {
  name: string;
  /**
   * Submits `runsOfEach` empty runs for each environment, round-robin, and executes them. Resolves with the starts per
   * second, between the first and the last start.
   */
  throughput(load: Load): Promise<number>;
}

export interface Load {
  workers: number;
  environments: number;
  runsOfEach: number;
}

/** Counts starts, and resolves `all` with their rate after as many as `load` has. */
export function countStarts({ environments, runsOfEach }: Load) {
  const expected = environments * runsOfEach;
  let count = 0;
  let first = 0;
  let resolve: (perSecond: number) => void;
  const all = new Promise<number>((settle) => {
    resolve = settle;
  });
  return {
    all,
    started(): void {
      const now = performance.now();
      if (count++ === 0) first = now;
      if (count === expected) resolve(((expected - 1) / (now - first)) * 1000);
    },
  };
}
