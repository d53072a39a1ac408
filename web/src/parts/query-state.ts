import { useSearchParams } from 'wouter';

/** A piece of state that is in the address (`?status=failed`), so that what is seen can be shared. Empty means absent. */
export function useQueryState(name: string, absent = ''): [string, (value: string) => void] {
  const [search, setSearch] = useSearchParams();
  const change = (value: string) =>
    setSearch(
      (before) => {
        const after = new URLSearchParams(before);
        if (value === absent || value === '') after.delete(name);
        else after.set(name, value);
        return after;
      },
      { replace: true },
    );
  return [search.get(name) ?? absent, change];
}
