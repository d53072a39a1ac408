import type { Harness } from './harness.ts';
import type { Random } from './random.ts';
import type { HarnessEnvironment } from './stores.ts';
import type { Post } from './workers.ts';

/** Undoes a fault. */
type Heal = () => Promise<unknown> | unknown;

interface Kind<Target> {
  name: string;
  /** Its duration in milliseconds; without it there is nothing to undo. */
  lasts?: [low: number, high: number];
  /** Why this harness does not support it; it does by default. */
  notBecause?(harness: Harness): string | undefined;
  begin(harness: Harness, target: Target, random: Random): Promise<Heal | undefined> | Heal | undefined;
}

/** Kinds of faults by their target. All of them are real, on real processes, servers and containers. */
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

/** Why a kind is left out when a requirement of it is missing. */
export const needs = (what: unknown, otherwise: string) => (what ? undefined : otherwise);
