import { useLocation, useSearchParams } from 'wouter';

/** State in the query string (`?status=failed`), so that the address can be shared. The empty string removes it. */
export function useQueryState(name: string, absent = ''): [string, (value: string) => void] {
  const [search] = useSearchParams();
  const [path, go] = useLocation();
  const change = (value: string) => {
    // Reads the current address: several values may change before the next render. Keeps the fragment.
    const after = new URLSearchParams(window.location.search);
    if (value === absent || value === '') after.delete(name);
    else after.set(name, value);
    go(`${path}${after.size > 0 ? `?${after}` : ''}${window.location.hash}`, { replace: true });
  };
  return [search.get(name) ?? absent, change];
}
