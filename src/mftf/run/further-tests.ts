import type { Engine } from '../../engine/engine.ts';
import type { PlannedTest, Selection } from '../../model/selection.ts';
import type { Job } from '../../worker/runner.ts';
import type { Block } from './blocks.ts';
import type { PreparedRun } from './prepared-run.ts';
import type { ExecutedBlock } from './record-block.ts';

/** The tests of another tool than MFTF, which are executed in the same containers. */
export interface FurtherTests {
  /** Prepares the tool in the first container of a run, and lists its tests. Errors: those that say what is missing. */
  open(engine: Engine, job: Job, prepared: PreparedRun): Promise<TestTool>;
}

/** The tests of a tool that is ready in the first container of a run. */
export interface TestTool {
  /** The tests that a selection covers, in their order. Errors: SELECTION_EMPTY, SELECTION_UNKNOWN. */
  select(selection: Selection): Promise<PlannedTest[]>;
  /** The blocks of tests, in their order. */
  blocksOf(tests: readonly PlannedTest[]): Block[];
  /** Prepares the tool in the container of a further slot. Errors: as of `open`. */
  prepare(containerId: string): Promise<void>;
  /** Executes a block in a prepared container, and records its results; see `executeBlock`. */
  execute(containerId: string, block: Block, folder: string): Promise<ExecutedBlock>;
  /** Resolves when nothing of executed blocks is left to be stored. Never rejects. */
  finish(): Promise<void>;
}
