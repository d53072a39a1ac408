import { describe, expect, it } from 'vitest';
import {
  type Draft,
  missingInput,
  namesIn,
  readDraft,
  replaceName,
  selectedBy,
  selectionOf,
  splitNames,
  writeDraft,
} from './draft.ts';

const read = (search: string) => readDraft(new URLSearchParams(search));

describe('a draft in the query string', () => {
  it('survives writing and reading', () => {
    const draft: Draft = {
      environments: ['preprod-us', 'stage-es'],
      all: false,
      names: [
        { kind: 'test', name: 'Checkout:GuestTest' },
        { kind: 'group', name: 'smoke' },
        { kind: 'suite', name: 'Checkout' },
        { kind: 'pattern', name: 'Storefront*Test' },
        { kind: 'severity', name: 'MAJOR' },
        { kind: 'module', name: 'Magento_Checkout' },
        ...['A&B', 'café', 'a,b', 'Iıİi', 'a b', '50 %', '#+=?'].map((name) => ({
          kind: 'group' as const,
          name,
        })),
      ],
      exclude: ['SlowTest', 'a,b'],
      excludeSkipped: true,
      priority: -5,
      options: { failedFirst: true, retryFailed: 0, maxFailures: 7 },
      ref: 'feature/a b&c#1',
      saved: 'each night',
    };
    expect(read(String(writeDraft(draft)))).toEqual(draft);
  });

  it('is empty without parameters', () => {
    expect(read('')).toEqual({
      environments: [],
      all: false,
      names: [],
      exclude: [],
      priority: 0,
      saved: undefined,
      ref: '',
      options: { failedFirst: false },
    });
    expect(String(writeDraft(read('')))).toBe('');
  });

  it('removes duplicates and ignores invalid values', () => {
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
    expect(read('retry=-1&max-failures=0').options).toEqual({ failedFirst: false });
  });
});

describe('a draft', () => {
  it('selects the names, or everything', () => {
    expect(selectionOf(read('group=a&test=b&suite=c&exclude=d'))).toEqual({
      all: false,
      groups: ['a'],
      tests: ['b'],
      suites: ['c'],
      exclude: ['d'],
    });
    expect(selectionOf(read('all=1&group=a&pattern=b*&severity=MAJOR&module=c&exclude=d'))).toEqual({
      all: true,
      groups: [],
      tests: [],
      suites: [],
      severities: ['MAJOR'],
      modules: ['c'],
      exclude: ['d'],
    });
  });

  it('is that of a selection', () => {
    const draft = read('group=a&suite=b&test=c&pattern=d*&severity=MAJOR&module=e&exclude=f*');
    const { all, names, exclude } = draft;
    expect(selectedBy(selectionOf(draft))).toEqual({ all, names, exclude });
  });

  it('reports what is missing', () => {
    expect(missingInput(read(''))).toBe('Select environments and tests.');
    expect(missingInput(read('all=1'))).toBe('Select an environment.');
    expect(missingInput(read('env=a&exclude=b'))).toBe('Select tests.');
    expect(missingInput(read('env=a&all=1'))).toBeUndefined();
  });
});

it('replaces an unknown name', () => {
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

it('splits pasted text into names', () => {
  expect(splitNames('ATest\nBTest, Suite:CTest;\tATest  ')).toEqual(['ATest', 'BTest', 'Suite:CTest']);
});

it.each(['A&B', 'café', 'a,b', 'Iıİi', 'a b', 'a; b'])(
  'takes text as one name when the catalog has it: %s',
  (name) => {
    const catalog = [{ kind: 'group' as const, name }];
    expect(namesIn(` ${name} `, catalog)).toEqual(catalog);
  },
);

it('takes other text as a list of names, each a pattern or a test when the catalog has no other', () => {
  expect(namesIn('A*Test, b', [])).toEqual([
    { kind: 'pattern', name: 'A*Test' },
    { kind: 'test', name: 'b' },
  ]);
  const catalog = [
    { kind: 'group' as const, name: 'a' },
    { kind: 'group' as const, name: 'a,b,c' },
  ];
  expect(namesIn('a,b', catalog)).toEqual([
    { kind: 'group', name: 'a' },
    { kind: 'test', name: 'b' },
  ]);
});
