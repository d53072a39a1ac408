import type { Origin, Refusal, Resolution } from './model.ts';

/** Ends the resolution of a test or suite; `resolution` turns it into a `Refusal`. */
class RefusalError extends Error {
  readonly refusal: Refusal;
  constructor(refusal: Refusal) {
    super(refusal.message);
    this.refusal = refusal;
  }
}

/** Throws what `resolution` returns as a refusal. `message` is a sentence. */
export function refuse(origin: Origin, message: string): never {
  throw new RefusalError({ origin, message });
}

/** A refusal in words, with its place. */
export function describeRefusal({ origin: { file, line }, message }: Refusal): string {
  return file === '' ? message : `${file}:${line}: ${message}`;
}

/** The result of a function that calls `refuse` for what MFTF cannot generate. */
export function resolution<T>(resolve: () => T): Resolution<T> {
  try {
    return { resolved: resolve() };
  } catch (error) {
    if (error instanceof RefusalError) return { refusal: error.refusal };
    throw error;
  }
}
