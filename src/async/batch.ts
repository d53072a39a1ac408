/**
 * Combines calls into batches: `work` runs once at a time, with all requests that arrived since its last start, and returns their
 * answers in the same order. A process with many slots then queries the database once instead of once per slot, and commits once.
 *
 * Rejects as `work` does, for all requests of the batch.
 */
export function batch<Request, Answer>(
  work: (requests: Request[]) => Promise<Answer[]>,
): (request: Request) => Promise<Answer> {
  interface Waiting {
    request: Request;
    resolve(answer: Answer): void;
    reject(error: unknown): void;
  }
  let waiting: Waiting[] = [];
  let busy = false;

  async function runBatch(): Promise<void> {
    const current = waiting;
    waiting = [];
    try {
      const answers = await work(current.map(({ request }) => request));
      current.forEach(({ resolve }, index) => {
        resolve(answers[index] as Answer);
      });
    } catch (error) {
      for (const { reject } of current) reject(error);
    }
    if (waiting.length > 0) setImmediate(runBatch);
    else busy = false;
  }

  return (request) =>
    new Promise((resolve, reject) => {
      waiting.push({ request, resolve, reject });
      if (busy) return;
      busy = true;
      // Not immediately: callers that the same event woke call one after the other.
      setImmediate(runBatch);
    });
}
