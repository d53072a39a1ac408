/**
 * Does together what is asked for while it is busy: one call of `work` at a time, with all the requests that came since the
 * last one. A process with many slots asks the database once where each slot would ask by itself, and commits once.
 *
 * `work` answers each request, in their order. When it rejects, all of its requests do.
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

  async function turn(): Promise<void> {
    const taken = waiting;
    waiting = [];
    try {
      const answers = await work(taken.map(({ request }) => request));
      taken.forEach(({ resolve }, index) => {
        resolve(answers[index] as Answer);
      });
    } catch (error) {
      for (const { reject } of taken) reject(error);
    }
    if (waiting.length > 0) setImmediate(turn);
    else busy = false;
  }

  return (request) =>
    new Promise((resolve, reject) => {
      waiting.push({ request, resolve, reject });
      if (busy) return;
      busy = true;
      // Not at once: those that one event woke ask one after the other.
      setImmediate(turn);
    });
}
