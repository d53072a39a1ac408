import { expect, test } from 'vitest';
import { mftfErrorOf } from './mftf-errors.ts';

/** As MFTF 3.8 writes them, without time and source. */
const mftfErrors = [
  'Test SomethingElseTest not defined in xml.',
  'Could not find ActionGroup by ref "NoSuchActionGroup"',
  'Could not find ActionGroup by ref "NoSuchActionGroup" in Test "BadTest"',
  'Could not find ActionGroup by ref "NoSuchActionGroup" in Test "BadTest" /var/www/html/app/code/TestModule/Test/Mftf/Test/BadTest.xml',
  'Failed to generate BadTest',
  'Removed invalid test object BadTest',
  'Unable to parse suite BadSuite Could not find ActionGroup by ref "NoSuchActionGroup"',
  'Suite BadSuite is not defined in xml or is invalid.',
];

test('a test that was not generated gets the most detailed line about it', () => {
  expect(mftfErrorOf({ name: 'BadTest', suite: undefined }, mftfErrors)).toBe(mftfErrors[3]);
});

test('a test gets the error of its suite when there is none about the test', () => {
  expect(mftfErrorOf({ name: 'GoodTest', suite: 'BadSuite' }, mftfErrors)).toBe(mftfErrors[6]);
});

test('ignores lines in which the name is part of another name', () => {
  expect(mftfErrorOf({ name: 'ElseTest', suite: undefined }, mftfErrors)).toBeUndefined();
  expect(mftfErrorOf({ name: 'BadTest', suite: undefined }, mftfErrors.slice(4, 6))).toBeUndefined();
});

test('a name may end in any letter', () => {
  const errors = ['Could not find "x" in Test "CaféTestÉ"', 'Could not find "x" in Test "CaféTestÉE"'];
  expect(mftfErrorOf({ name: 'CaféTestÉ', suite: undefined }, errors)).toBe(errors[0]);
  expect(mftfErrorOf({ name: 'CaféTest', suite: undefined }, errors)).toBeUndefined();
});
