import { describe, expect, it } from 'vitest';
import { briefMessage } from './brief-message.ts';

describe('the message of a failure on one line', () => {
  it('has both values of a comparison', () => {
    expect(
      briefMessage(
        "Failed asserting that two strings are equal.\n- Expected | + Actual\n-'47,19 €'\n+'39,00 €'",
      ),
    ).toBe("Failed asserting that two strings are equal. Expected '47,19 €', actual '39,00 €'.");
  });

  it('has what a page shows and what it should contain, also when the page is long', () => {
    const on = (page: string) => `Failed asserting that on page /mug\n--> ${page}\n--> contains "12,00 €".`;
    expect(briefMessage(on('14,52 €'))).toBe(
      'Failed asserting that on page /mug 14,52 € contains "12,00 €".',
    );
    const long = briefMessage(on('word '.repeat(200)));
    expect(long).toMatch(/^Failed asserting that on page \/mug word .* … .*contains "12,00 €"\.$/);
    expect(long.length).toBeLessThanOrEqual(243);
  });

  it('is the first line of others', () => {
    expect(briefMessage('\nno such element: #a\n  at Foo.php:3')).toBe('no such element: #a');
    expect(briefMessage('Not equal.\n- Expected | + Actual\n same')).toBe('Not equal.');
    expect(briefMessage('')).toBe('');
  });
});
