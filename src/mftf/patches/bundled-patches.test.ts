import { describe, expect, test } from 'vitest';
import { bundledPatches } from './bundled-patches.ts';

describe('visible-element', () => {
  const { change } = bundledPatches['visible-element'];

  test.each([
    'class MagentoWebDriver extends WebDriver\n{\n    use Pause;\n}\n',
    'class MagentoWebDriver extends WebDriver {\n    use Pause;\n}\n',
  ])('adds its members at the beginning of the class, whatever else is in it', (source) => {
    const [start = ''] = source.split('    use Pause;');
    const changed = change(`<?php\n${source}`) ?? '';
    expect(changed.startsWith(`<?php\n${start}`)).toBe(true);
    expect(changed.endsWith('    use Pause;\n}\n')).toBe(true);
    expect(changed).toContain('protected function match($page, $selector, $throwMalformed = true): array\n');
    expect(changed).not.toContain('trait ');
    expect(changed.split('{').length).toBe(changed.split('}').length);
  });

  test.each([
    ['another class', 'class Other extends WebDriver\n{\n}\n', 'no class MagentoWebDriver'],
    [
      'a class with such a method',
      'class MagentoWebDriver extends WebDriver\n{\n    protected function match($a)\n',
      'has a method match',
    ],
  ])('does not fit %s', (_, source, message) => {
    expect(() => change(source)).toThrow(message);
  });
});

describe('content-models', () => {
  const { change } = bundledPatches['content-models'];
  const group = (occurs: string) =>
    `<xs:group name="returnTags"><xs:choice>\n<xs:element type="returnType" name="return"${occurs}/>\n</xs:choice></xs:group>`;

  test('makes the element return one that must be there', () => {
    expect(change(group(' minOccurs="0" maxOccurs="1"'))).toBe(group(' minOccurs="1" maxOccurs="1"'));
  });

  test.each([
    ['a version without it', '<xs:element type="otherType" name="other" minOccurs="0"/>'],
    ['a version in which it must be there', group(' maxOccurs="1"')],
  ])('is not needed for %s', (_, schema) => {
    expect(change(schema)).toBeUndefined();
  });
});
