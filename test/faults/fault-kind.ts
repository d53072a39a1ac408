import type { Harness } from './harness.ts';
import type { Random } from './random.ts';
import type { HarnessEnvironment } from './stores.ts';
import type { WorkerProcess } from './workers.ts';

/** Undoes a fault. */
type Undo = () => Promise<unknown> | unknown;

interface Kind<Target> {
  name: string;
  /** Its duration in milliseconds; without it there is nothing to undo. */
  durationMs?: [low: number, high: number];
  /** Why this harness does not support it; it does by default. */
  unsupportedReason?(harness: Harness): string | undefined;
  begin(harness: Harness, target: Target, random: Random): Promise<Undo | undefined> | Undo | undefined;
}

/** Kinds of faults by their target. All of them are real, on real processes, servers and containers. */
export type FaultKind =
  | ({ on: 'worker' } & Kind<WorkerProcess>)
  | ({ on: 'container' } & Kind<HarnessEnvironment>)
  | ({ on: 'postgres' } & Kind<undefined>)
  | ({ on: 'redis' } & Kind<undefined>)
  | ({ on: 'engine' } & Kind<undefined>)
  | ({ on: 'disk' } & Kind<undefined>)
  | ({ on: 'embedded' } & Kind<undefined>);

/** Nothing to undo. */
export const done = undefined;

/** Why a kind is left out when a requirement of it is missing. */
export const needs = (what: unknown, otherwise: string) => (what ? undefined : otherwise);
