import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Fields, Item } from './mapping/item.ts';
import { itemKinds } from './mapping/item.ts';
import { type CurrentItems, planItems } from './plan.ts';

const item = (fields: Fields, kind: Item['kind'] = 'rule'): Item => ({
  ...{ kind, sourceId: '7', there: 'seven', here: 'x', fields, notes: [] },
});
const currentOf = (kind: Item['kind'], fields: Fields | undefined): CurrentItems =>
  Object.fromEntries(
    itemKinds.map((each) => [each, new Map(each === kind && fields ? [['x', fields]] : [])]),
  ) as unknown as CurrentItems;

function plan(
  there: Fields,
  last: Fields | undefined,
  here: Fields | undefined,
  overwrite = false,
  kind: Item['kind'] = 'rule',
) {
  const origins = last ? [{ kind, sourceId: '7', target: 'x', state: last }] : [];
  const [planned] = planItems([item(there, kind)], { current: currentOf(kind, here), origins, overwrite });
  return planned ?? expect.fail();
}

describe('an item of an import', () => {
  it.each([
    ['is added when it is not here', { a: '1' }, undefined, undefined, 'add'],
    ['is the same when nothing differs', { a: '1' }, { a: '1' }, { a: '1' }, 'same'],
    ['is the same when an equal one was here before', { a: '1' }, undefined, { a: '1' }, 'same'],
    ['is changed when it was changed there alone', { a: '2' }, { a: '1' }, { a: '1' }, 'change'],
    ['is kept when it was changed here alone', { a: '1' }, { a: '1' }, { a: '2' }, 'kept'],
    ['is kept when it was changed on both sides', { a: '3' }, { a: '1' }, { a: '2' }, 'kept'],
    ['is the same when both sides were changed alike', { a: '2' }, { a: '1' }, { a: '2' }, 'same'],
    ['is kept when another one was here before', { a: '1' }, undefined, { a: '2' }, 'kept'],
    ['is kept when it was removed here', { a: '1' }, { a: '1' }, undefined, 'kept'],
    [
      'is changed where both changed different fields',
      { a: '2', b: '1' },
      { a: '1', b: '1' },
      { a: '1', b: '2' },
      'change',
    ],
    ['loses a field that it lost there', {}, { a: '1' }, { a: '1' }, 'change'],
    ['keeps a field that is only here', { a: '1' }, { a: '1' }, { a: '1', b: '2' }, 'same'],
  ] as const)('%s', (_, there, last, here, action) => {
    expect(plan(there, last, here).action).toBe(action);
  });

  it('gets the value of php-matre with overwrite', () => {
    expect(plan({ a: '1' }, { a: '1' }, { a: '2' }, true)).toMatchObject({ action: 'change', kept: [] });
    expect(plan({ a: '1' }, { a: '1' }, undefined, true).action).toBe('add');
  });

  it('shows no secret', () => {
    const { changes } = plan({ value: 'new' }, { value: 'old' }, { value: 'old' }, false, 'variable');
    expect(changes).toEqual([{ field: 'value', before: null, after: null }]);
  });

  it('keeps the password of a user who has signed in, until it is changed there', () => {
    const user = (there: string, last: string, here: string) =>
      plan({ password: there }, { password: last }, { password: here }, false, 'user').action;
    expect(user('bcrypt', 'bcrypt', 'argon2')).toBe('same');
    expect(user('bcrypt 2', 'bcrypt', 'bcrypt')).toBe('change');
    expect(user('bcrypt 2', 'bcrypt', 'argon2')).toBe('kept');
  });

  it('is the same or kept after it was written, whatever it was, and nothing of it changes again', () => {
    const fields = fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.constantFrom('1', '2', '3'));
    fc.assert(
      fc.property(
        fields,
        fc.option(fields, { nil: undefined }),
        fc.option(fields, { nil: undefined }),
        fc.boolean(),
        (there, last, here, overwrite) => {
          const first = plan(there, last, here, overwrite);
          const after: Record<string, string> = { ...here };
          for (const { field, after: value } of first.changes) {
            if (typeof value === 'string') after[field] = value;
            else delete after[field];
          }
          const written = first.action === 'kept' && here === undefined ? undefined : after;
          const isStored = first.action !== 'kept' || first.reason === 'it was changed here';
          const second = plan(there, isStored ? first.state : last, written, overwrite);
          expect(second.changes).toEqual([]);
          expect(second.kept).toEqual(first.kept);
          // With a wish to overwrite nothing is kept.
          expect(overwrite ? second.kept : []).toEqual([]);
        },
      ),
    );
  });
});
