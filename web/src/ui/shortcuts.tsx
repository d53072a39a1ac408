import { createContext, type ReactNode, useContext, useEffect, useMemo, useRef, useState } from 'react';
import type { Shortcut } from './shortcut.ts';
import { ShortcutHelp } from './shortcut-help.tsx';

const ShortcutContext = createContext({ shortcuts: new Set<Shortcut>(), openHelp: () => {} });

/** The longest time between the two keys of a sequence. */
const sequenceMs = 1_000;
const disabledKey = 'shortcuts-off';

/** Handles the shortcuts of everything below it; `?` lists them. Users of speech input can switch them off there (WCAG 2.1.4). */
export function Shortcuts({ children }: { children: ReactNode }) {
  const shortcuts = useMemo(() => new Set<Shortcut>(), []);
  const [helpOpened, setHelpOpened] = useState(false);
  const [disabled, setDisabled] = useState(localStorage.getItem(disabledKey) !== null);
  const context = useMemo(() => ({ shortcuts, openHelp: () => setHelpOpened(true) }), [shortcuts]);
  const lastKey = useRef({ key: '', at: 0 });

  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.altKey) return;
      if (event.ctrlKey || event.metaKey) {
        const chord = [...shortcuts].reverse().find(({ keys }) => keys === `Ctrl+${event.key.toLowerCase()}`);
        if (chord) event.preventDefault();
        chord?.run();
        return;
      }
      if (isTyping(event.target)) return;
      if (event.key === '?') {
        event.preventDefault();
        setHelpOpened(true);
      }
      if (disabled || document.querySelector('[role=dialog]')) return;
      const { key, at } = lastKey.current;
      const two = event.timeStamp - at < sequenceMs ? `${key} ${event.key}` : undefined;
      lastKey.current = { key: event.key, at: event.timeStamp };
      // The latest registration wins, so that a view can override a key of the shell.
      const match = [...shortcuts].reverse().find(({ keys }) => keys === two || keys === event.key);
      if (!match) return;
      event.preventDefault();
      lastKey.current = { key: '', at: 0 };
      match.run();
    };
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, [shortcuts, disabled]);

  const switchShortcuts = (isDisabled: boolean) => {
    if (isDisabled) localStorage.setItem(disabledKey, '1');
    else localStorage.removeItem(disabledKey);
    setDisabled(isDisabled);
  };

  return (
    <ShortcutContext.Provider value={context}>
      {children}
      <ShortcutHelp
        opened={helpOpened}
        shortcuts={helpOpened ? [...shortcuts] : []}
        disabled={disabled}
        onDisable={switchShortcuts}
        onClose={() => setHelpOpened(false)}
      />
    </ShortcutContext.Provider>
  );
}

/** Registers a shortcut while the calling component is mounted. */
export function useShortcut(keys: string, description: string, run: () => void): void {
  const { shortcuts } = useContext(ShortcutContext);
  const latest = useRef(run);
  latest.current = run;
  useEffect(() => {
    const shortcut: Shortcut = { keys, description, run: () => latest.current() };
    shortcuts.add(shortcut);
    return () => {
      shortcuts.delete(shortcut);
    };
  }, [shortcuts, keys, description]);
}

/** Opens the list of shortcuts and terms, for users without a keyboard. */
export const useHelp = () => useContext(ShortcutContext).openHelp;

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
  );
}
