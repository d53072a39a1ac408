import { useCallback } from 'react';
import { useLocationProperty } from 'wouter/use-browser-location';

/** The line that the address of the page names: `#L123`. */
export function lineOfHash(hash: string): number | undefined {
  const found = /^#L([1-9]\d{0,8})$/.exec(hash);
  return found ? Number(found[1]) : undefined;
}

/** The line in the address, and how to change it. The rest of the address stays, and no entry is added to the history. */
export function useLineAddress(): [number | undefined, (line: number | undefined) => void] {
  const line = useLocationProperty(() => lineOfHash(window.location.hash));
  const change = useCallback((next: number | undefined) => {
    const { pathname, search } = window.location;
    window.history.replaceState(window.history.state, '', `${pathname}${search}${next ? `#L${next}` : ''}`);
  }, []);
  return [line, change];
}

/** What whoever is to see that line opens. */
export function addressOfLine(line: number): string {
  const address = new URL(window.location.href);
  address.hash = `L${line}`;
  return address.href;
}
