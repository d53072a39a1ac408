import type { Origin, Refusal, Resolution } from './model.ts';

/** Ends the resolution of a test or suite; `resolve` makes a `Refusal` of it. */
class Refused extends Error {
  readonly refusal: Refusal;
  constructor(refusal: Refusal) {
    super(refusal.message);
    this.refusal = refusal;
  }
}

/** Throws what `resolution` returns as a refusal. `message` is a sentence. */
export function refuse(origin: Origin, message: string): never {
  throw new Refused({ origin, message });
}

/** The result of a function that calls `refuse` for what MFTF cannot generate. */
export function resolution<T>(resolve: () => T): Resolution<T> {
  try {
    return { resolved: resolve() };
  } catch (error) {
    if (error instanceof Refused) return { refusal: error.refusal };
    throw error;
  }
}
