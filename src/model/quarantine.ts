/** A quarantine that covered a failure: it was shown, and did not decide the verdict. */
export interface AppliedQuarantine {
  id: number;
  owner: string;
  reason: string;
  endsAt: Date;
}

/** Failures of a test that do not decide the verdict of a run, until a day. */
export interface Quarantine extends AppliedQuarantine {
  test: string;
  suite: string | undefined;
  /** The code of its environment; `undefined`: all environments. */
  environment: string | undefined;
  /** It covers failures of these causes only; any other failure decides. */
  causes: string[];
  createdBy: string;
  createdAt: Date;
  /** When it was ended before its time. */
  endedAt: Date | undefined;
  endedBy: string | undefined;
  /** Whether it covers failures now. */
  active: boolean;
}
