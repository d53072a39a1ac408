import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { keyArguments, phpList, splitTopLevel } from './php-list.ts';
import { PhpText } from './php-text.ts';
import { CestRefusal } from './refusal.ts';

describe('lists', () => {
  it.each([
    ['[]', '[]'],
    ['', '[]'],
    ['[a, b]', '["a", "b"]'],
    ["['a','b']", "['a', 'b']"],
    ["['a', 'b']", "['a',  'b']"],
    ['["a", 1]', '["a", "1"]'],
    ["['k' => a, 'l' => 'b']", "['k' => \"a\", 'l' => 'b']"],
    ['[["a"]]', '["a"]'],
    ['[a => b, c => 1]', '["a" => "b", "c" => "1"]'],
  ])('%s is %s', (text, expected) => expect(phpList(text, new PhpText())).toBe(expected));

  it('has marked expressions in place of quoted ones', () => {
    const php = new PhpText();
    expect(phpList(`["x ${php.mark('f()')}", ${php.mark('g()')}]`, php)).toBe('["x " . f(), g()]');
    expect(() => phpList(`['x ${php.mark('f()')}']`, php)).toThrow(CestRefusal);
  });

  it.each(["['a, b']", "['a => b']", '[a => b => c]', '[a,,b]', '[[a], b]', "['k' => ['a']]", "['it's']"])(
    'are left to MFTF when it takes them apart elsewhere: %s',
    (text) => expect(() => phpList(text, new PhpText())).toThrow(CestRefusal),
  );

  it.each(['a', "['a, b']", '[a,]'])('of keys are left to MFTF, too: %s', (text) =>
    expect(() => keyArguments(text, new PhpText())).toThrow(CestRefusal),
  );

  it.each([
    ["[['ctrl', 'a'], \\Keys::END, 10, 'b', /]", "['ctrl',  'a'],\\Keys::END, 10,'b',\"/\""],
    ["['a']", "'a'"],
    ['["a"]', '"\\"a\\""'],
    ['[{$key}]', '$key'],
  ])('the keys %s are %s', (text, expected) => expect(keyArguments(text, new PhpText())).toBe(expected));

  it('splits so that the items make the text again', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', ',', '[', ']', "'", '"', ' ') }), (text) => {
        expect(splitTopLevel(text).join(',')).toBe(text);
      }),
    );
  });
});

describe('text', () => {
  it('is one expression, whatever is in it', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: fc.constantFrom('a', '"', '\\', '$') })), (parts) => {
        const php = new PhpText();
        const text = parts.map((part) => `${part}${php.mark('f()')}`).join('');
        const quoted = php.quote(text);
        expect(quoted.match(/f\(\)/g) ?? []).toHaveLength(parts.length);
        expect(php.raw(text)).toBe(parts.map((part) => `${part}f()`).join(''));
      }),
    );
  });
});
