import { expect, it } from 'vitest';
import { addView, maxViews, parseViews } from './saved-views.ts';

it('reads only views of this page, and nothing from a damaged text', () => {
  const good = { name: 'Failed on stage', address: '/runs?status=failed&environment=stage-es' };
  const foreign = [
    { name: 'x', address: '//elsewhere.example/' },
    { name: 'y', address: 'javascript:1' },
  ];
  const incomplete = [{ name: '', address: '/' }, { name: 'z' }, null, 7];
  expect(parseViews(JSON.stringify([good, ...foreign, ...incomplete]))).toEqual([good]);
  expect([undefined, '', '{', '{}', 'null'].map(parseViews)).toEqual([[], [], [], [], []]);
});

it('sorts views by name, and replaces one with the same name', () => {
  const one = addView(addView([], { name: 'b', address: '/runs' }), { name: 'a', address: '/tests' });
  expect(addView(one, { name: 'b', address: '/doctor' })).toEqual([
    { name: 'a', address: '/tests' },
    { name: 'b', address: '/doctor' },
  ]);
});

it('keeps a limited number of views', () => {
  const views = Array.from({ length: maxViews }, (_, index) => ({ name: `a${index}`, address: '/' }));
  expect(addView(views, { name: 'z', address: '/' })).toHaveLength(maxViews);
});
