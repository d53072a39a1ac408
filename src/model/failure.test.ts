import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { causeOf, countChanges, flakinessOf, normaliseMessage } from './failure.ts';

const answers = fc.string({ unit: fc.constantFrom('.', 'x'), maxLength: 10 });

describe('flakiness', () => {
  it('is 0 for equal outcomes, 1 for outcomes that always change, and the same backwards', () => {
    fc.assert(
      fc.property(answers, (text) => {
        const flakiness = flakinessOf(text);
        if (text.length < 2) {
          expect(flakiness).toBeUndefined();
          return;
        }
        expect(flakiness).toBeGreaterThanOrEqual(0);
        expect(flakiness).toBeLessThanOrEqual(1);
        expect(flakinessOf([...text].reverse().join(''))).toBe(flakiness);
        expect(flakiness === 0).toBe(new Set(text).size === 1);
        expect(countChanges(text)).toBeLessThan(text.length);
      }),
    );
    expect(flakinessOf('.x.x')).toBe(1);
  });
});

describe('the cause of a message', () => {
  it('does not depend on numbers, ids and addresses', () => {
    const same = [
      ['Order # 000000042: not found', 'Order # 17: not found'],
      ['Could not reach https://us.example.com/cart', 'Could not reach http://es.example.org:8080/cart'],
      ['customer 6560a1b2c3d4e@example.com', 'customer 6560a1b2ffff0@example.com'],
      ['id 0b8c1549-17dc-4f66-b389-2b7fab13126c', 'id 6a1e0c5e-0000-1111-2222-aaaabbbbcccc'],
      ['at 2026-11-22T09:31:07', 'at 2025-01-02T10:00:00'],
      ['total  $1,234.50\n', 'total $9.99'],
    ] as const;
    for (const [one, other] of same) expect(causeOf(one)).toBe(causeOf(other));
    expect(causeOf('Element "#place-order" was not found')).not.toBe(
      causeOf('Element "#cart" was not found'),
    );
    expect(causeOf(' \n')).toBeUndefined();
  });

  it('stays the same when the normalised message is normalised again', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), (message) => {
        const normal = normaliseMessage(message);
        expect(normaliseMessage(normal)).toBe(normal);
      }),
    );
    fc.assert(
      fc.property(fc.nat(), fc.nat(), (one, other) => {
        expect(causeOf(`Item ${one} is missing.`)).toBe(causeOf(`Item ${other} is missing.`));
      }),
    );
  });
});
