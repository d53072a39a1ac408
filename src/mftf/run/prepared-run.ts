import type { EnvFiles } from '../module/env-files.ts';
import type { InstalledModule } from '../module/installed-module.ts';
import type { Patch } from '../patches/patch-files.ts';
import type { Redactor } from '../redaction/redactor.ts';
import type { RunLogs } from './logs.ts';

/** A run whose commits and values are ready. */
export interface OpenRun {
  /** Of the containers. */
  image: string;
  /** In order. */
  testModules: readonly [InstalledModule, ...InstalledModule[]];
  /** The one of them that has the values of the environment. */
  valuesFrom: InstalledModule;
  /** The patches of the framework, in their order. */
  patches: Patch[];
  /** The id of the container of a slot, from 1 on: see `Pool.ensure`. */
  ensureContainer(slot: number): Promise<string>;
  files: EnvFiles;
  redactor: Redactor;
  logs: RunLogs;
}

/** A run whose first container is ready, too. */
export interface PreparedRun extends OpenRun {
  /** The container of the first slot. */
  containerId: string;
}
