import { describe, expect, it } from 'vitest';
import { briefMessage } from './brief-message.ts';

describe('the message of a failure on one line', () => {
  it('has both values of a comparison', () => {
    expect(
      briefMessage(
        "Failed asserting that two strings are equal.\n- Expected | + Actual\n-'47,19 €'\n+'39,00 €'",
      ),
    ).toBe("Failed asserting that two strings are equal: expected '47,19 €', got '39,00 €'");
  });

  it('is the first line of others, also of a comparison without values', () => {
    expect(briefMessage('\nno such element: #a\n  at Foo.php:3')).toBe('no such element: #a');
    expect(briefMessage('Not equal.\n- Expected | + Actual\n same')).toBe('Not equal.');
    expect(briefMessage('')).toBe('');
  });
});
