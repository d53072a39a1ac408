import { expect, it } from 'vitest';
import { groupName, testName } from './fields.ts';

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
