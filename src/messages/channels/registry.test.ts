import { expect, it } from 'vitest';
import { channelKindNames } from '../../model/channel.ts';
import { channelKind, channelKinds } from './registry.ts';

it('has each kind at most once, in the order of the names', () => {
  const names = channelKinds.map(({ kind }) => kind);
  expect(names).toEqual(channelKindNames.filter((name) => names.includes(name)));
});

it('finds a kind by its name', () => {
  for (const kind of channelKinds) expect(channelKind(kind.kind)).toBe(kind);
});
