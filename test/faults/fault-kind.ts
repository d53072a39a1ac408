import type { Harness } from './harness.ts';
import type { Random } from './random.ts';
import type { HarnessEnvironment } from './stores.ts';
import type { Post } from './workers.ts';

/** Undoes a fault. */
type Heal = () => Promise<unknown> | unknown;

interface Kind<Target> {
  name: string;
  /** How long it lasts, in milliseconds; without it there is nothing to undo. */
  lasts?: [low: number, high: number];
  /** Why this world cannot have it; it can by default. */
  notBecause?(harness: Harness): string | undefined;
  begin(harness: Harness, target: Target, random: Random): Promise<Heal | undefined> | Heal | undefined;
}

/** Faults by what they hit. Everything in them really happens, to real processes, servers and containers. */
export type FaultKind =
  | ({ on: 'worker' } & Kind<Post>)
  | ({ on: 'container' } & Kind<HarnessEnvironment>)
  | ({ on: 'postgres' } & Kind<undefined>)
  | ({ on: 'redis' } & Kind<undefined>)
  | ({ on: 'engine' } & Kind<undefined>)
  | ({ on: 'disk' } & Kind<undefined>)
  | ({ on: 'embedded' } & Kind<undefined>);

/** Nothing to undo. */
export const done = undefined;

/** Why a kind is left out when something it needs is not there. */
export const needs = (what: unknown, otherwise: string) => (what ? undefined : otherwise);
