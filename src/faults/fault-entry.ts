/** How a fault ends a run or a command. */
export type FaultKind =
  /** Wrong use or configuration: the caller must change something. HTTP 4xx, exit code 3. */
  | 'usage'
  /**
   * Infrastructure: a run it hits is `broken`, never failed. HTTP 5xx, exit code 2; HTTP 409 where only a change helps, because
   * proxies and clients repeat a request after 502 and 503.
   */
  | 'infrastructure';

/** What the registry says of a code: see `faults`. */
export interface FaultEntry {
  kind: FaultKind;
  status: number;
  /** Whether the cause may disappear without a change, so that runs it broke are retried: see `isTransient`. */
  transient: boolean;
  meaning: string;
  remedy: string;
}

/** A fault of the caller, who must change something. */
export const usage = (status: number, meaning: string, remedy: string): FaultEntry => ({
  kind: 'usage',
  status,
  transient: false,
  meaning,
  remedy,
});

/** A fault of the infrastructure that stays until something is changed. */
export const infrastructure = (status: number, meaning: string, remedy: string): FaultEntry => ({
  kind: 'infrastructure',
  status,
  transient: false,
  meaning,
  remedy,
});

/** A fault of the infrastructure that may disappear without a change. */
export const transient = (...entry: Parameters<typeof infrastructure>): FaultEntry => ({
  ...infrastructure(...entry),
  transient: true,
});
