import { useDebouncedValue } from '@mantine/hooks';
import { useQueryState } from '../ui/query-state.ts';
import type { LintFilter } from './queries.ts';

/** The filter of the findings, kept in the address. */
export function useLintFilter() {
  const [environment, setEnvironment] = useQueryState('environment');
  const [level, setLevel] = useQueryState('level');
  const [code, setCode] = useQueryState('code');
  const [search, setSearch] = useQueryState('q');
  const [only, setOnly] = useQueryState('only');
  const [debouncedSearch] = useDebouncedValue(search.trim(), 200);
  const setters = {
    environment: setEnvironment,
    level: (value: string) => {
      setLevel(value);
      // A rule has one level.
      setCode('');
    },
    code: setCode,
    search: setSearch,
    only: setOnly,
  };
  const query = { environment, level, code, search: debouncedSearch, only };
  return {
    environment,
    level,
    code,
    search,
    only,
    set: (name: keyof typeof setters, value: string) => setters[name](value),
    // The server refuses values of the address that it does not know.
    query: Object.fromEntries(Object.entries(query).filter(([, value]) => value !== '')) as LintFilter,
  };
}
