import { expect, it } from 'vitest';
import {
  exactShownLine,
  groupName,
  newScheduleName,
  newUserName,
  scheduleName,
  shownLine,
  testName,
} from './fields.ts';

it.each(['A&B', 'café', 'a,b', 'Iıİi', '-dash', 'a/b', '50 %'])('accepts a group %s', (name) => {
  expect(groupName.parse(name)).toBe(name);
});

it.each(['CaféTest', 'Suite:CaféTest', 'Тест', 'X_1'])('accepts a test %s', (name) => {
  expect(testName.parse(name)).toBe(name);
});

it.each(['--help', '', 'a\nb', '\0', '\ud800', '\x85', 'a'.repeat(256)])('refuses a test %j', (name) => {
  expect(testName.safeParse(name).success).toBe(false);
});

it.each(['', ' ', 'a\nb', '\0', '\ud800', 'a'.repeat(256)])('refuses a group %j', (name) => {
  expect(groupName.safeParse(name).success).toBe(false);
});

it.each(['\u202eemal', 'a\u200b', '\u3164', '\u200d', '\ufe0f', ' ', 'a\nb'])(
  'shows others no line %j',
  (text) => {
    expect(shownLine(100).safeParse(text).success).toBe(false);
  },
);

it('shows others what they can read', () => {
  expect(shownLine(100).parse(' 👩‍👧 می‌خواهم ')).toBe('👩‍👧 می‌خواهم');
  expect(exactShownLine(100).parse('')).toBe('');
  expect(shownLine(100).safeParse('a\u202eb').error?.issues).toMatchObject([
    { message: 'must not have U+202E, which is invisible or changes the direction of text' },
  ]);
});

it('takes the name of an existing schedule with letters that nobody sees, so that it can be removed', () => {
  expect(scheduleName.safeParse('a\u3164').success).toBe(true);
});

it.each([newUserName, newScheduleName])('refuses a new name of letters that nobody sees', (schema) => {
  expect(schema.safeParse('a\u3164').success).toBe(false);
  expect(schema.safeParse('한글').success).toBe(true);
});
