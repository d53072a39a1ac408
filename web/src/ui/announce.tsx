import { VisuallyHidden } from '@mantine/core';
import { createContext, type ReactNode, useCallback, useContext, useState } from 'react';

const Announce = createContext<(message: string) => void>(() => {});

/** A polite live region, which announces changes that the user did not cause to screen readers. */
export function Announcements({ children }: { children: ReactNode }) {
  const [message, setMessage] = useState('');
  const announce = useCallback((text: string) => setMessage(text), []);
  return (
    <Announce.Provider value={announce}>
      {children}
      <VisuallyHidden role="status" aria-live="polite">
        {message}
      </VisuallyHidden>
    </Announce.Provider>
  );
}

/** Returns `announce('Run 44 finished: failed')`, for important changes that the user did not just cause. */
export function useAnnounce(): (message: string) => void {
  return useContext(Announce);
}
