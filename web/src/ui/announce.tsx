import { VisuallyHidden } from '@mantine/core';
import { createContext, type ReactNode, useCallback, useContext, useState } from 'react';

const Announce = createContext<(message: string) => void>(() => {});

/** Where things that changed by themselves are said to screen readers, politely: after what they read now. */
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

/** `announce('Run 44 finished: failed')`. For what matters and is not what the reader just did. */
export function useAnnounce(): (message: string) => void {
  return useContext(Announce);
}
