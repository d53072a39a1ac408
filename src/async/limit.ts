/**
 * Runs at most `concurrency` of the works at a time. Up to `maxWaiting` others wait, in their order; the next one is refused with the
 * error of `whenFull`. Rejects as the work does.
 */
export function createLimiter(options: {
  concurrency: number;
  maxWaiting: number;
  whenFull(): Error;
}): <T>(work: () => Promise<T>) => Promise<T> {
  const { concurrency, maxWaiting, whenFull } = options;
  const waiting: (() => void)[] = [];
  let running = 0;

  return async (work) => {
    if (running < concurrency) running += 1;
    else if (waiting.length >= maxWaiting) throw whenFull();
    // The work that ends hands its place over.
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else running -= 1;
    }
  };
}
