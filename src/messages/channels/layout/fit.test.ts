import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fitLines, leftOutLine, linesOf, shortenLine } from './fit.ts';

const line = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom('<', '>', '&', 'b', '/', ';') }),
);

describe('a message within a limit', () => {
  it('has the most lines that fit, from the beginning, and says how many it leaves out', () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { maxLength: 60 }), fc.nat(400), (lines, room) => {
        const build = (some: readonly string[], leftOut: number) =>
          [...some, leftOutLine(leftOut) ?? []].flat().join('\n');
        const limit = build([], lines.length).length + room;
        const text = fitLines(lines, build, (each) => each.length <= limit);
        const fitting = Array.from({ length: lines.length + 1 }, (_, count) =>
          build(lines.slice(0, count), lines.length - count),
        ).filter((each) => each.length <= limit);
        expect(fitting).toContain(text);
        expect(text.length).toBeLessThanOrEqual(limit);
      }),
    );
  });

  it('says so in the singular for one line', () => {
    expect([leftOutLine(0), leftOutLine(1), leftOutLine(12)]).toEqual([
      undefined,
      '… 1 more line was left out.',
      '… 12 more lines were left out.',
    ]);
  });
});

describe('a line that is too long', () => {
  it('is cut within the limit in each markup, and in no surrogate pair', () => {
    const markups = ['mrkdwn', 'markdown', 'chat', 'html', 'json'] as const;
    fc.assert(
      fc.property(
        line,
        fc.integer({ min: 80, max: 200 }),
        fc.constantFrom(...markups),
        (text, max, markup) => {
          const long = text.repeat(20);
          const short = shortenLine(long, max, markup);
          expect(short.length).toBeLessThanOrEqual(max);
          if (long.length <= max) expect(short).toBe(long);
          else expect(short).toContain('…');
          expect(short).not.toMatch(/\p{Cs}/u);
        },
      ),
    );
  });

  it.each([
    ['mrkdwn', 'see <https://a.example|name>', 20, 'see …'],
    ['mrkdwn', `${'a'.repeat(15)}&amp;&amp;`, 20, `${'a'.repeat(15)}…`],
    ['markdown', 'see [a test](https://a.example/x) now', 20, 'see …'],
    ['markdown', 'see [a test](https://a.example/x) now', 36, 'see [a test](https://a.example/x) n…'],
    ['markdown', `${'a'.repeat(18)}\\*b`, 20, `${'a'.repeat(18)}…`],
    ['chat', `<b>${'a'.repeat(200)}</b>`, 100, `<b>${'a'.repeat(26)}…</b>`],
    ['chat', `<a href="https://a.example">${'a'.repeat(200)}</a>`, 100, `<a href="https://a.example">a…</a>`],
  ] as const)('ends in no part of a markup: %s %s', (markup, text, max, expected) => {
    expect(shortenLine(text, max, markup)).toBe(expected);
  });
});

it('puts a headline of several lines on one, and has one when the template has none', () => {
  expect(linesOf({ headline: ' a \n\n b', body: '' }, 'markdown')).toEqual({ headline: 'a  b', lines: [] });
  expect(linesOf({ headline: '\n', body: 'x\ny\n' }, 'markdown')).toEqual({
    headline: 'Message of matre',
    lines: ['x', 'y'],
  });
});
