import type { FaultCode } from '../../src/faults/fault.ts';
import type { Harness } from './harness.ts';
import type { Random } from './random.ts';
import type { HarnessEnvironment } from './stores.ts';
import type { WorkerProcess } from './workers.ts';

/** Undoes a fault. */
type Undo = () => Promise<unknown> | unknown;

/** What a fault may break. A run, an attempt or a test that is broken for any other reason is a violation. */
export interface Consequences {
  codes: readonly FaultCode[];
  /** In all runs of the affected environments, or only in the attempts of the worker process that it hit. */
  where: 'environment' | 'process';
  /** Up to how many seconds after the fault was undone, or after it when there was nothing to undo. */
  withinS: number;
}

interface Kind<Target> {
  name: string;
  mayBreak: Consequences;
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

/** The consequences of a fault for the worker process that it hit. */
export const breaksProcess = (withinS: number, ...codes: FaultCode[]): Consequences => ({
  codes,
  where: 'process',
  withinS,
});

/** The consequences of a fault for the affected environments. */
export const breaksEnvironment = (withinS: number, ...codes: FaultCode[]): Consequences => ({
  codes,
  where: 'environment',
  withinS,
});

/** Of a fault that must not be noticed. */
export const breaksNothing: Consequences = breaksProcess(0);
