import { useQueryState } from '../ui/query-state.ts';
import { type Sort, sorts } from './listing.ts';

/** The filter and the order of the list of tests, kept in the address. */
export function useTestFilter() {
  const [search, setSearch] = useQueryState('q');
  const [group, setGroup] = useQueryState('group');
  const [suite, setSuite] = useQueryState('suite');
  const [condition, setCondition] = useQueryState('state');
  const [sortName, setSort] = useQueryState('sort', 'name');
  const sort: Sort = sorts.find((each) => each === sortName) ?? 'name';
  return {
    search,
    setSearch,
    group,
    setGroup,
    suite,
    setSuite,
    condition,
    setCondition,
    sort,
    setSort,
  };
}
