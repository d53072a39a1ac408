import type { RunView } from '../../../../src/operations/core/views.ts';
import type { CauseView, TestResultView } from '../../../../src/operations/results/results-view.ts';

/** What is open of a test. */
export type Panel = 'steps' | 'screenshot' | 'page' | 'attempts';
export interface TestProps {
  run: RunView;
  test: TestResultView;
  /** The cause under which it stands; its message is there. */
  cause: CauseView | undefined;
  panel: Panel | undefined;
  onPanel: (panel: Panel | undefined) => void;
  onLog: () => void;
}
