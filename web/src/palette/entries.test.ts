import { expect, it } from 'vitest';
import { filterEntries, runNumberIn } from './entries.ts';

const entry = (label: string, detail?: string) => ({
  id: label,
  label,
  ...(detail !== undefined && { detail }),
  run: () => {},
});
const labels = (groups: Parameters<typeof filterEntries>[0], query: string) =>
  filterEntries(groups, query).map(({ name, entries }) => [name, entries.map(({ label }) => label)]);

it('finds entries with all words in any order, those that begin with the query first', () => {
  const groups = [
    {
      name: 'Tests',
      entries: [entry('AdminCartTest'), entry('CartTest', 'Total of the cart'), entry('OrderTest')],
    },
    { name: 'Views', entries: [entry('Doctor')] },
  ];
  expect(labels(groups, 'cart')).toEqual([['Tests', ['CartTest', 'AdminCartTest']]]);
  expect(labels(groups, 'total  CART')).toEqual([['Tests', ['CartTest']]]);
  expect(labels(groups, '')).toEqual([
    ['Tests', ['AdminCartTest', 'CartTest', 'OrderTest']],
    ['Views', ['Doctor']],
  ]);
  expect(labels(groups, 'nothing')).toEqual([]);
});

it('shows entries of which there are many only when something is typed', () => {
  const groups = [
    { name: 'Actions', entries: [entry('New run'), { ...entry('Pause us'), searchedOnly: true }] },
  ];
  expect(labels(groups, '')).toEqual([['Actions', ['New run']]]);
  expect(labels(groups, 'us')).toEqual([['Actions', ['Pause us']]]);
});

it('shows at most eight entries of a group, and prefers a late one that begins with the query', () => {
  const entries = Array.from({ length: 20 }, (_, index) => entry(`A${index} cart`));
  const [group] = filterEntries([{ name: 'Tests', entries: [...entries, entry('Cart')] }], 'cart');
  expect(group?.entries.map(({ label }) => label).slice(0, 2)).toEqual(['Cart', 'A0 cart']);
  expect(group?.entries).toHaveLength(8);
});

it('recognises the number of a run', () => {
  expect(['44', ' #44 ', '0', '4a', '', '#'].map(runNumberIn)).toEqual([
    44,
    44,
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
});
