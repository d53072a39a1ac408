import { IconClockUp } from '@tabler/icons-react';
import { StatusSign } from '../../ui/status.tsx';
import type { Section } from './arrange.ts';
import type { ResultState } from './result-state.ts';

/** The sign of a result; only next to its word. `known` and `new` are failures. */
export function StateSign({ state, size = 12 }: { state: ResultState | Section; size?: number }) {
  switch (state) {
    case 'new':
    case 'relapse':
    case 'known':
    case 'other':
    case 'failed':
      return <StatusSign status="failed" size={size} />;
    case 'slower':
      return <IconClockUp size={size} stroke={2.5} aria-hidden />;
    case 'fixed':
      return <StatusSign status="passed" size={size} />;
    case 'differs':
    case 'same':
      return null;
    default:
      return <StatusSign status={state} size={size} />;
  }
}
