import { expect, it } from 'vitest';
import { joinParts, splitText } from './split-text.ts';

it('keeps the end of a text apart, at most a third and twelve characters, and short texts whole', () => {
  const name = 'StorefrontVerifyGuestCheckoutWithTaxTest';
  expect(splitText(name)).toEqual({ head: name.slice(0, -12), tail: name.slice(-12) });
  expect(splitText('preprod-us')).toEqual({ head: 'preprod', tail: '-us' });
  expect(splitText('smoke')).toBeUndefined();
});

it('does not split a character of two code units', () => {
  const parts = splitText(`${'a'.repeat(30)}😀${'b'.repeat(11)}`);
  expect(parts).toEqual({ head: `${'a'.repeat(30)}😀`, tail: 'b'.repeat(11) });
});

it('puts the parts of copied texts together again, and changes nothing else', () => {
  const name = 'StorefrontVerifyGuestCheckoutWithTaxTest';
  expect(joinParts(`${name.slice(0, -12)}\n${name.slice(-12)}\nfailed`, [name])).toBe(`${name}\nfailed`);
  expect(joinParts('Guest\nCheck', [name])).toBe('Guest\nCheck');
});
