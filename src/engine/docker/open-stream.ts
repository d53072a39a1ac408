/** Asks for a stream, which may be silent for as long as it likes once it is there, and gives up when it is not there in time. */
export async function inTime<T>(
  limitMs: number,
  ask: (signal: AbortSignal) => Promise<T>,
  closing?: AbortSignal,
): Promise<T> {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), limitMs);
  try {
    return await ask(closing ? AbortSignal.any([closing, late.signal]) : late.signal);
  } catch (error) {
    throw late.signal.aborted
      ? new Error(`There was no answer within ${limitMs} ms`, { cause: error })
      : error;
  } finally {
    clearTimeout(timer);
  }
}
