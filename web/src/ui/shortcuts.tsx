import { createContext, type ReactNode, useContext, useEffect, useMemo, useRef, useState } from 'react';
import type { Shortcut } from './shortcut.ts';
import { ShortcutHelp } from './shortcut-help.tsx';

const ShortcutContext = createContext<Set<Shortcut>>(new Set());

/** The longest time between the two keys of a sequence. */
const sequenceMs = 1_000;
const offKey = 'shortcuts-off';

/** Handles the shortcuts of everything below it; `?` lists them. Users of speech input can switch them off there (WCAG 2.1.4). */
export function Shortcuts({ children }: { children: ReactNode }) {
  const known = useMemo(() => new Set<Shortcut>(), []);
  const [helps, setHelps] = useState(false);
  const [off, setOff] = useState(localStorage.getItem(offKey) !== null);
  const before = useRef({ key: '', at: 0 });

  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
      if (event.key === '?') {
        event.preventDefault();
        setHelps(true);
      }
      if (off || document.querySelector('[role=dialog]')) return;
      const { key, at } = before.current;
      const two = event.timeStamp - at < sequenceMs ? `${key} ${event.key}` : undefined;
      before.current = { key: event.key, at: event.timeStamp };
      // The latest registration wins, so that a view can override a key of the shell.
      const found = [...known].reverse().find(({ keys }) => keys === two || keys === event.key);
      if (!found) return;
      event.preventDefault();
      before.current = { key: '', at: 0 };
      found.run();
    };
    document.addEventListener('keydown', press);
    return () => document.removeEventListener('keydown', press);
  }, [known, off]);

  const switchOff = (isOff: boolean) => {
    if (isOff) localStorage.setItem(offKey, '1');
    else localStorage.removeItem(offKey);
    setOff(isOff);
  };

  return (
    <ShortcutContext.Provider value={known}>
      {children}
      <ShortcutHelp
        opened={helps}
        shortcuts={helps ? [...known] : []}
        off={off}
        onOff={switchOff}
        onClose={() => setHelps(false)}
      />
    </ShortcutContext.Provider>
  );
}

/** Registers a shortcut while the calling component is mounted. */
export function useShortcut(keys: string, what: string, run: () => void): void {
  const known = useContext(ShortcutContext);
  const latest = useRef(run);
  latest.current = run;
  useEffect(() => {
    const shortcut: Shortcut = { keys, what, run: () => latest.current() };
    known.add(shortcut);
    return () => {
      known.delete(shortcut);
    };
  }, [known, keys, what]);
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
  );
}
