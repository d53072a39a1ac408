import { describe, expect, it } from 'vitest';
import { headlineOf } from './failure-headline.ts';

describe('the headline of a message', () => {
  it.each([
    ['Failed asserting that 1 is 2.\nmore', 'Failed asserting that 1 is 2.'],
    ['\n \nno such element', 'no such element'],
    [
      'SUITE PRECONDITION FAILED:\nmagento/key not found.\nmore',
      'SUITE PRECONDITION FAILED: magento/key not found.',
    ],
    ['It ends here:', 'It ends here:'],
    [
      'SUITE PRECONDITION FAILED:\nFailed asserting that on page /mug\n--> 14,52 €\n--> contains "12,00 €".',
      'SUITE PRECONDITION FAILED: Failed asserting that on page /mug 14,52 € contains "12,00 €".',
    ],
    [
      'Failed asserting that on page /mug\n--> 14,52 €\n--> contains "12,00 €".\nmore',
      'Failed asserting that on page /mug 14,52 € contains "12,00 €".',
    ],
    [
      "Failed asserting that two strings are equal.\n- Expected | + Actual\n-'47,19 €'\n+'39,00 €'",
      "Failed asserting that two strings are equal. Expected '47,19 €', actual '39,00 €'.",
    ],
    [
      "Failed asserting that two strings are equal.\n--- Expected\n+++ Actual\n@@ @@\n-'a'\n+'b'",
      "Failed asserting that two strings are equal. Expected 'a', actual 'b'.",
    ],
    ['First.\n\nAfter that: Second.', 'First.'],
    ['', ''],
  ])('of %j is %j', (message, line) => {
    expect(headlineOf(message)).toBe(line);
  });
});
