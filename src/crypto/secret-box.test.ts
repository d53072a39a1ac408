import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSecretBox } from './secret-box.ts';

describe('a secret box', () => {
  const box = createSecretBox(randomBytes(32));

  it('decrypts any text that it encrypted', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string(), (text, context) => {
        const stored = box.encrypt(text, context);
        expect(stored).toMatch(/^v1:[A-Za-z0-9+/]+=*$/);
        expect(box.decrypt(stored, context)).toBe(text);
      }),
    );
  });

  it('never encrypts the same text to the same form', () => {
    const forms = new Set(Array.from({ length: 100 }, () => box.encrypt('same', 'place')));
    expect(forms.size).toBe(100);
  });

  it('decrypts only with the same key and context', () => {
    const stored = box.encrypt('pa55word', 'environment/1/admin_password');
    const wrong = { code: 'SECRET_KEY_WRONG', message: expect.not.stringContaining('pa55word') };
    expect(() => box.decrypt(stored, 'environment/2/admin_password')).toThrow(expect.objectContaining(wrong));
    const other = createSecretBox(randomBytes(32));
    expect(() => other.decrypt(stored, 'environment/1/admin_password')).toThrow(
      expect.objectContaining(wrong),
    );
  });

  it('refuses a stored form that was changed or cut short, or has another version', () => {
    const stored = box.encrypt('pa55word', 'place');
    const bytes = Buffer.from(stored.slice(3), 'base64');
    const changed = Array.from(bytes, (_, index) => {
      const copy = Buffer.from(bytes);
      copy[index] = (copy[index] ?? 0) ^ 1;
      return `v1:${copy.toString('base64')}`;
    });
    for (const form of [
      ...changed,
      '',
      'v1:',
      'v1:AAAA',
      `v2:${stored.slice(3)}`,
      stored.slice(0, -8),
      'pa55word',
    ])
      expect(() => box.decrypt(form, 'place')).toThrow(expect.objectContaining({ code: 'SECRET_KEY_WRONG' }));
  });
});
