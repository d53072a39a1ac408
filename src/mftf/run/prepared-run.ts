import type { Commit } from '../../modules/modules.ts';
import type { EnvFiles } from '../module/env-files.ts';
import type { Redactor } from '../redaction/redactor.ts';
import type { RunLogs } from './logs.ts';

/** A run whose commit, values and first container are ready. */
export interface PreparedRun {
  commit: Commit;
  checkout: string;
  /** The id of the container of a slot, from 1 on: see `Pool.ensure`. */
  ensureContainer(slot: number): Promise<string>;
  /** The container of the first slot. */
  containerId: string;
  files: EnvFiles;
  redactor: Redactor;
  logs: RunLogs;
}
