import type { Writable } from 'node:stream';
import type { SupervisedEnd } from '../engine/supervised.ts';

/** An answer to a request of a hook. */
export interface HookAnswer {
  status: number;
  /** The beginning of the body. */
  text: string;
}

/**
 * Sends a request. Rejects when there is no answer; the message of the error says why, with no more of the address than its host. Errors:
 * HOOK_FAILED for a request that must not be sent, which waiting does not change.
 */
export type SendHookRequest = (
  url: string,
  request: {
    method: string;
    headers: Record<string, string>;
    body?: string;
    timeoutMs: number;
    maxBytes: number;
    signal: AbortSignal;
  },
) => Promise<HookAnswer>;

/** A command of a hook. */
export interface ContainerCommand {
  argv: string[];
  folder: string | undefined;
  env: Record<string, string>;
  timeoutMs: number;
  output: Writable;
}

/** What hooks are executed with: the values and the container of one environment, for a run that is held. */
export interface HookPlace {
  /** The values of the environment, and those of the run (MATRE_...). */
  values: ReadonlyMap<string, string>;
  /** The names of those of the run, which commands always get. */
  runVariables: readonly string[];
  /** Makes the container ready for commands; called before the first one. Errors: those of the pool and the engine. */
  prepareContainer(): Promise<void>;
  /** Runs a command in the container. Rejects with the reason of the abort signal, after the processes have ended. */
  command(command: ContainerCommand): Promise<SupervisedEnd>;
  send: SendHookRequest;
  /** Opens the log of a hook; what is written has no secrets, and is in the log of the run too. */
  openLog(path: string): Promise<{ stream: Writable; close(): Promise<string> }>;
  /** Writes a line to the log of the run. */
  line(text: string): void;
  signal: AbortSignal;
  /** Throws when the run is no longer held. */
  assertHeld(): void;
  /** Aborted when the worker stops: a hook that waits ends. */
  stop: AbortSignal | undefined;
}
