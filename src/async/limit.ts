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

/**
 * A limiter for each key, such as a user: the works of one key wait for each other, and not for those of others. It is forgotten when
 * none of its works is left.
 */
export function createKeyedLimiter(
  options: Parameters<typeof createLimiter>[0],
): <T>(key: string, work: () => Promise<T>) => Promise<T> {
  const limiters = new Map<string, { run: ReturnType<typeof createLimiter>; works: number }>();
  return async (key, work) => {
    const limiter = limiters.get(key) ?? { run: createLimiter(options), works: 0 };
    limiters.set(key, limiter);
    limiter.works += 1;
    try {
      return await limiter.run(work);
    } finally {
      limiter.works -= 1;
      if (limiter.works === 0) limiters.delete(key);
    }
  };
}
