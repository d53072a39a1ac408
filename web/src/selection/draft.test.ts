import { describe, expect, it } from 'vitest';
import { type Draft, missing, readDraft, replaceName, selectionOf, splitNames, writeDraft } from './draft.ts';

const read = (search: string) => readDraft(new URLSearchParams(search));

describe('a draft in the address', () => {
  it('comes back as it was', () => {
    const draft: Draft = {
      environments: ['preprod-us', 'stage-es'],
      all: false,
      names: [
        { kind: 'test', name: 'Checkout:GuestTest' },
        { kind: 'group', name: 'smoke' },
        { kind: 'suite', name: 'Checkout' },
      ],
      exclude: ['SlowTest'],
      priority: -5,
    };
    expect(readDraft(writeDraft(draft))).toEqual(draft);
  });

  it('is empty without one', () => {
    expect(read('')).toEqual({ environments: [], all: false, names: [], exclude: [], priority: 0 });
    expect(String(writeDraft(read('')))).toBe('');
  });

  it('takes each name once, and nothing that makes no sense', () => {
    expect(read('env=a&env=a&group=x&group=x&group=&suite=x&priority=many')).toMatchObject({
      environments: ['a'],
      names: [
        { kind: 'group', name: 'x' },
        { kind: 'suite', name: 'x' },
      ],
      priority: 0,
    });
    expect(read('priority=1001').priority).toBe(0);
    expect(read('priority=1.5').priority).toBe(0);
  });
});

describe('a draft', () => {
  it('selects what is named, or everything', () => {
    expect(selectionOf(read('group=a&test=b&suite=c&exclude=d'))).toEqual({
      all: false,
      groups: ['a'],
      tests: ['b'],
      suites: ['c'],
      exclude: ['d'],
    });
    expect(selectionOf(read('all=1&group=a&exclude=d'))).toEqual({
      all: true,
      groups: [],
      tests: [],
      suites: [],
      exclude: ['d'],
    });
  });

  it('says what is missing', () => {
    expect(missing(read(''))).toBe('Choose environments and tests.');
    expect(missing(read('all=1'))).toBe('Choose an environment.');
    expect(missing(read('env=a&exclude=b'))).toBe('Choose tests.');
    expect(missing(read('env=a&all=1'))).toBeUndefined();
  });
});

it('puts a known name in the place of an unknown one', () => {
  const draft = read('group=smoky&test=Checkout:GestTest&test=GuestTest&exclude=GestTest');
  expect(replaceName(draft, 'GestTest', 'GuestTest')).toEqual({
    names: [
      { kind: 'group', name: 'smoky' },
      { kind: 'test', name: 'Checkout:GuestTest' },
      { kind: 'test', name: 'GuestTest' },
    ],
    exclude: ['GuestTest'],
  });
  expect(replaceName(draft, 'Checkout', undefined).names.map(({ name }) => name)).toEqual([
    'smoky',
    'GuestTest',
  ]);
});

it('takes names out of what is pasted', () => {
  expect(splitNames('ATest\nBTest, Suite:CTest;\tATest  ')).toEqual(['ATest', 'BTest', 'Suite:CTest']);
});
