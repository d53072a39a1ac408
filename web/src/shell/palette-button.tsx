import { ActionIcon, Tooltip } from '@mantine/core';
import { IconCommand } from '@tabler/icons-react';
import { Suspense, useState } from 'react';
import { lazyPart } from '../load-chunk.ts';
import { ErrorBoundary } from '../ui/error-boundary.tsx';
import { useShortcut } from '../ui/shortcuts.tsx';
import classes from './header.module.css';

const { component: Palette, load } = lazyPart(() => import('../palette/palette.tsx'));

/** Opens the palette, also with Ctrl+K or Cmd+K. Its code is loaded when it is opened the first time. */
export function PaletteButton() {
  const [state, setState] = useState<'never' | 'opened' | 'closed'>('never');
  useShortcut('Ctrl+k', 'Go to a run, test, environment, schedule, view or action (Cmd+k on a Mac)', () => {
    if (state === 'opened') setState('closed');
    // Not above another dialog.
    else if (!document.querySelector('[role=dialog]')) setState('opened');
  });
  return (
    <>
      <Tooltip label="Search and actions (Ctrl+K)">
        <ActionIcon
          variant="subtle"
          className={classes.palette}
          aria-label="Search and actions"
          aria-keyshortcuts="Control+K Meta+K"
          onPointerEnter={() => load().catch(() => {})}
          onClick={() => setState('opened')}
        >
          <IconCommand size={18} aria-hidden />
        </ActionIcon>
      </Tooltip>
      {state !== 'never' && (
        <ErrorBoundary>
          <Suspense>
            <Palette opened={state === 'opened'} onClose={() => setState('closed')} />
          </Suspense>
        </ErrorBoundary>
      )}
    </>
  );
}
