import { useLocation, useSearchParams } from 'wouter';

/** A piece of state that is in the address (`?status=failed`), so that what is seen can be shared. Empty means absent. */
export function useQueryState(name: string, absent = ''): [string, (value: string) => void] {
  const [search] = useSearchParams();
  const [path, go] = useLocation();
  const change = (value: string) => {
    // As it is now: several pieces may change before anything is drawn. What stands behind # stays.
    const after = new URLSearchParams(window.location.search);
    if (value === absent || value === '') after.delete(name);
    else after.set(name, value);
    go(`${path}${after.size > 0 ? `?${after}` : ''}${window.location.hash}`, { replace: true });
  };
  return [search.get(name) ?? absent, change];
}
