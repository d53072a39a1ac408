import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parametersOf, selectorProblem } from './selectors.ts';

describe('selectorProblem', () => {
  it.each([
    '',
    '#save',
    "input[name='product[name]']",
    '.a > .b:nth-of-type(2) ~ li:not(.c)',
    '*[data-role="tile"]::before',
    "//div[@id='a' and contains(@class, 'b')]//span[text()='It\"s']",
    '(//tr[td[1]])[last()]',
    './/a',
    '../li',
    "//input[@name='{{x}}']",
    '#item_$createItem.id$ span',
    '#item_$$createItem.id$$',
    '#a{$variable}',
    '|Order # (\\d+)|',
    "return document.querySelector('a').clientHeight;",
    "document.querySelectorAll('a')[0]",
    "[ancestor::div[@id='a']]",
    '{{Section.element}}',
    '{{Section.element}} .child:visible',
  ])('has no objection to %s', (selector) => {
    expect(selectorProblem(selector)).toBeUndefined();
  });

  it.each([
    ["div[data-index='content'", 'SELECTOR_INVALID', /\[ is not closed/],
    ["//div[@id='a", 'SELECTOR_INVALID', /' is not closed/],
    ['//div[@id="a"]]', 'SELECTOR_INVALID', /\] is not opened/],
    ['(//div', 'SELECTOR_INVALID', /\( is not closed/],
    ['You saved the product.', 'SELECTOR_INVALID', /neither CSS nor an XPath/],
    ['.a//span', 'SELECTOR_INVALID', /neither CSS nor an XPath/],
    ['tr:visible td', 'SELECTOR_INVALID', /:visible/],
    ['a:contains("Save")', 'SELECTOR_INVALID', /:contains/],
    ['li:eq(1)', 'SELECTOR_INVALID', /:eq/],
    ['a[href!="x"]', 'SELECTOR_INVALID', /!=/],
    ["//div[id='a']", 'SELECTOR_MISREAD', /@id/],
    ["//div[contains(class, 'a')]", 'SELECTOR_MISREAD', /@class/],
  ])('objects to %s', (selector, code, message) => {
    expect(selectorProblem(selector)).toEqual({ code, message: expect.stringMatching(message) });
  });

  it('wants an element with parameters to be parameterized', () => {
    const selector = '#row-{{number}} a';
    expect(selectorProblem(selector, { parameterized: 'true' })).toBeUndefined();
    expect(selectorProblem(selector, {})).toMatchObject({ code: 'SELECTOR_MISREAD' });
  });

  it('ends for any text', () => {
    const piece = fc.constantFrom(
      '[',
      ']',
      '(',
      ')',
      '/',
      '"',
      "'",
      '.',
      '#',
      ':',
      'a',
      '=',
      ' ',
      '{{',
      '}}',
      '$',
      '\\',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        const problem = selectorProblem(pieces.join(''));
        expect(problem === undefined || problem.message.endsWith('.')).toBe(true);
      }),
    );
  });
});

describe('parametersOf', () => {
  it('counts a parameter once, as MFTF does', () => {
    expect(parametersOf("[data-index='{{a}}'] [name='x[{{a}}][{{ b }}]']")).toEqual(['a', 'b']);
    expect(parametersOf('#{{Section.element}}')).toEqual([]);
  });
});
