import type { RunOptions } from './run-options.ts';
import type { Selection } from './selection.ts';

/** A selection under a name, with where and how it is executed. */
export interface SavedSelection {
  id: number;
  /** Unique by `nameKey`. */
  name: string;
  description: string;
  selection: Selection;
  /** By code; possibly none, and then each request names them. A removed environment stays here, so that it can be reported. */
  environments: { id: number; code: string; removed: boolean }[];
  priority: number;
  options: RunOptions;
  /** See `Run.ref`. */
  ref: string | undefined;
  /** Set while nothing can be submitted with it. */
  disabled: { since: Date; by: string } | undefined;
  /** The names of the schedules that use it. */
  schedules: string[];
  /** The project whose `matre.yml` has it; `undefined` when it was made by hand. */
  appliedFrom: string | undefined;
  createdBy: string;
  createdAt: Date;
  changedBy: string;
  changedAt: Date;
}
