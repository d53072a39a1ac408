import type { RunView } from '#src/operations/core/views.ts';
import type { CauseView, TestResultView } from '#src/operations/results/results-view.ts';

/** The details of a test that can be opened. */
export type Panel = 'steps' | 'replay' | 'screenshot' | 'page' | 'attempts' | 'changes';
export interface TestProps {
  run: RunView;
  test: TestResultView;
  /** The cause above this test, which already shows the message. */
  cause: CauseView | undefined;
  panel: Panel | undefined;
  onPanel: (panel: Panel | undefined) => void;
  onLog: () => void;
}
