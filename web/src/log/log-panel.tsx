import { ActionIcon, Button, Tooltip } from '@mantine/core';
import { IconChevronDown, IconChevronUp, IconMaximize, IconMinimize } from '@tabler/icons-react';
import { useConnection } from '../api/live-connection.tsx';
import { useShortcut } from '../ui/shortcuts.tsx';
import { StatusSign } from '../ui/status.tsx';
import { LogContent } from './log-content.tsx';
import classes from './log-panel.module.css';
import type { TestRequest } from './use-scroll-targets.ts';

/** The value in the address (`?log=open`): a bar at the bottom, the lower half of the window, or the whole window. */
export type PanelSize = '' | 'open' | 'full';

interface Props {
  id: number;
  /** Whether the run still writes to the log. */
  live: boolean;
  size: PanelSize;
  onSize: (size: PanelSize) => void;
  /** The test to scroll to; each new object scrolls again. */
  goTo: TestRequest | undefined;
}

/** The log at the bottom of a run, next to its tests. Loads nothing before it is opened. */
export function LogPanel({ id, live, size, onSize, goTo }: Props) {
  const { state } = useConnection();
  const isOpen = size !== '';
  useShortcut('l', 'Open or close the log', () => onSize(isOpen ? '' : 'open'));
  const word = live ? 'Log, live' : 'Log';
  return (
    <>
      <div className={classes.place} data-size={size} />
      <section className={classes.panel} data-size={size} aria-label="Log">
        <div className={classes.bar}>
          <Button
            variant="transparent"
            size="compact-sm"
            className={classes.toggle}
            aria-expanded={isOpen}
            leftSection={
              isOpen ? <IconChevronDown size={16} aria-hidden /> : <IconChevronUp size={16} aria-hidden />
            }
            onClick={() => onSize(isOpen ? '' : 'open')}
          >
            {word}
            {live && state !== 'lost' && (
              <span className={classes.live}>
                <StatusSign status="running" size={10} />
              </span>
            )}
          </Button>
          {isOpen && (
            <Tooltip label={size === 'full' ? 'Show next to the tests' : 'Maximise'}>
              <ActionIcon
                variant="subtle"
                aria-label={size === 'full' ? 'Show the log next to the tests' : 'Maximise the log'}
                onClick={() => onSize(size === 'full' ? 'open' : 'full')}
              >
                {size === 'full' ? (
                  <IconMinimize size={16} aria-hidden />
                ) : (
                  <IconMaximize size={16} aria-hidden />
                )}
              </ActionIcon>
            </Tooltip>
          )}
        </div>
        {isOpen && <LogContent key={id} id={id} goTo={goTo} />}
      </section>
    </>
  );
}
