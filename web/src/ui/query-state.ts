import { useLocation, useSearchParams } from 'wouter';

/** State in the query string (`?status=failed`), so that the address can be shared. The empty string removes it. */
export function useQueryState(name: string, defaultValue = ''): [string, (value: string) => void] {
  const [search] = useSearchParams();
  const [path, go] = useLocation();
  const change = (value: string) => {
    // Reads the current address: several values may change before the next render. Keeps the fragment.
    const params = new URLSearchParams(window.location.search);
    if (value === defaultValue || value === '') params.delete(name);
    else params.set(name, value);
    go(`${path}${params.size > 0 ? `?${params}` : ''}${window.location.hash}`, { replace: true });
  };
  return [search.get(name) ?? defaultValue, change];
}
