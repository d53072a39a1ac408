import { expect, test } from 'vitest';
import { complaintOf } from './mftf-errors.ts';

/** As MFTF 3.8 writes them, without time and source. */
const complaints = [
  'Test SomethingElseTest not defined in xml.',
  'Could not find ActionGroup by ref "NoSuchActionGroup"',
  'Could not find ActionGroup by ref "NoSuchActionGroup" in Test "BadTest"',
  'Could not find ActionGroup by ref "NoSuchActionGroup" in Test "BadTest" /var/www/html/app/code/TestModule/Test/Mftf/Test/BadTest.xml',
  'Failed to generate BadTest',
  'Removed invalid test object BadTest',
  'Unable to parse suite BadSuite Could not find ActionGroup by ref "NoSuchActionGroup"',
  'Suite BadSuite is not defined in xml or is invalid.',
];

test('a test that was not generated gets the line that says most of it', () => {
  expect(complaintOf({ name: 'BadTest', suite: undefined }, complaints)).toBe(complaints[3]);
});

test('or that of its suite', () => {
  expect(complaintOf({ name: 'GoodTest', suite: 'BadSuite' }, complaints)).toBe(complaints[6]);
});

test('a name within another name is not the test', () => {
  expect(complaintOf({ name: 'ElseTest', suite: undefined }, complaints)).toBeUndefined();
  expect(complaintOf({ name: 'BadTest', suite: undefined }, complaints.slice(4, 6))).toBeUndefined();
});
