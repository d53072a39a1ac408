import type { Crew } from './crew.ts';
import type { WorldEnvironment } from './ground.ts';
import type { Random } from './random.ts';

/** A run that somebody executes now. */
export interface RunningRun {
  id: number;
  environmentId: number;
  /** Of the process that has it. */
  pid: number;
}

/** Something that takes on runs and executes them. */
export interface Installation {
  environments: WorldEnvironment[];
  crew: Crew;
  /** Runs that were acknowledged, in the order of their submission. */
  acknowledged: number[];
  /** Queues a run; resolves when it is acknowledged. */
  submit(environment: WorldEnvironment, random: Random): Promise<void>;
  /** The environments of queued runs. */
  queued(): Promise<number[]>;
  running(): Promise<RunningRun[]>;
  /** Whether every run has its verdict. */
  atRest(): Promise<boolean>;
}
