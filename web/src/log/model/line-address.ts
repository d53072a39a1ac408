import { useCallback } from 'react';
import { useLocationProperty } from 'wouter/use-browser-location';

/** The line number in the fragment of the address: `#L123`. */
function lineOfHash(hash: string): number | undefined {
  const match = /^#L([1-9]\d{0,8})$/.exec(hash);
  return match ? Number(match[1]) : undefined;
}

/** The line in the address, and a function that changes it without a history entry. The rest of the address stays. */
export function useLineAddress(): [number | undefined, (line: number | undefined) => void] {
  const line = useLocationProperty(() => lineOfHash(window.location.hash));
  const change = useCallback((next: number | undefined) => {
    const { pathname, search } = window.location;
    window.history.replaceState(window.history.state, '', `${pathname}${search}${next ? `#L${next}` : ''}`);
  }, []);
  return [line, change];
}

/** The link to a line. */
export function linkToLine(line: number): string {
  const address = new URL(window.location.href);
  address.hash = `L${line}`;
  return address.href;
}
