import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  failureFacts as failure,
  runFacts as run,
  submissionFacts,
} from '../../../test/support/submission-facts.ts';
import type { SubmissionFacts } from '../../model/message-facts.ts';
import { commentBody } from './comment-body.ts';

const body = (facts: SubmissionFacts, maxBytes = 60_000) =>
  commentBody({ headline: 'nightly on us: 1 new failure', facts }, { maxBytes, start: '<!-- marker -->\n' });

describe('commentBody', () => {
  it('shows the headline and new failures, and folds known ones and the runs', () => {
    const failures = [
      failure('CheckoutTest', {
        className: 'new',
        url: 'https://matre.example.com/runs/471/tests/CheckoutTest',
      }),
      failure('CartTest', { className: 'known' }),
    ];
    const text = body(submissionFacts({ runs: [run({ failures, moreFailures: 3 })] }));
    const [shown = '', folded = ''] = text.split(/<details>/, 2);
    expect(text.startsWith('<!-- marker -->\n### ❌ nightly on us: 1 new failure\n')).toBe(true);
    expect(shown).toContain('<b>1 new failure</b>');
    expect(shown).toContain(
      '<a href="https://matre.example.com/runs/471/tests/CheckoutTest"><code>CheckoutTest</code></a>',
    );
    expect(shown).not.toContain('CartTest');
    expect(folded).toContain('<summary>1 known failure</summary>');
    expect(text).toContain('<p>3 more</p>');
    expect(text).toContain('<summary>1 run</summary>');
  });

  it('keeps what a shop says inside of its cell, and mentions no one', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 400 }),
        fc.constantFrom('</code></td>', '@all', '\n\n# x', '`|`', '<!-- matre', '</details>', '#1', '&lt;'),
        (noise, attack) => {
          const hostile = `${noise}${attack}${noise}`;
          const failures = [failure(hostile, { className: 'new', message: hostile, suite: hostile })];
          const text = body(submissionFacts({ runs: [run({ failures, environment: 'us' })] }));
          const cells = [...text.matchAll(/<td>(.*?)<\/td>/g)].map(([, cell = '']) => cell);
          // Three of the failure, seven of its run: nothing has ended a cell, a row or a line.
          expect(cells).toHaveLength(10);
          for (const cell of cells.slice(0, 3)) expect(cell).toMatch(/^<code>[^<>\n\r]+<\/code>$/);
          expect(text.match(/<!--/g)).toHaveLength(1);
          expect(text.match(/<details>/g)).toHaveLength(1);
        },
      ),
    );
  });

  it('has at most the bytes that it may have, and counts the rows that have no place', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 400, max: 20_000 }),
        fc.array(fc.string({ unit: 'grapheme', maxLength: 300 }), { maxLength: 60 }),
        (maxBytes, messages) => {
          const failures = messages.map((message, index) =>
            failure(`Test${index}`, { message, className: index % 2 ? 'new' : 'known' }),
          );
          const text = body(submissionFacts({ runs: [run({ failures })] }), maxBytes);
          expect(Buffer.byteLength(text)).toBeLessThanOrEqual(maxBytes);
          for (const tag of ['table', 'details', 'tr', 'td', 'code', 'p'])
            expect(text.split(`<${tag}>`).length, tag).toBe(text.split(`</${tag}>`).length);
        },
      ),
    );
    const failures = Array.from({ length: 60 }, (_, index) => failure(`Test${index}`, { className: 'new' }));
    const text = body(submissionFacts({ runs: [run({ failures })] }), 2_000);
    const rows = text.match(/<code>Test\d+<\/code>/g)?.length ?? 0;
    expect(rows).toBeGreaterThan(0);
    expect(text).toContain(`<p>${60 - rows} more</p>`);
  });

  it('links only to pages of the web', () => {
    const failures = [failure('A', { className: 'new', url: 'javascript:alert(1)' })];
    expect(body(submissionFacts({ runs: [run({ failures })] }))).not.toContain('javascript');
  });
});
