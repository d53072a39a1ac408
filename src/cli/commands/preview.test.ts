import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { expect, it } from 'vitest';
import { createOutput } from '../output/terminal.ts';
import { printPreview } from './preview.ts';

it('shows estimates as the page does, and nothing where no test ran before', async () => {
  const environment = {
    image: 'shop:2.4',
    commits: [],
    unset: null,
    overridden: null,
    missingFiles: null,
    modules: 'all modules',
    disabled: [],
  };
  const stream = new PassThrough();
  printPreview(createOutput(stream, {}), {
    commit: { id: 'c0ffee'.padEnd(40, '0'), subject: 'Test the cart' },
    tests: [{ test: 'CartTest', suite: null, skipped: null }],
    unusable: [],
    patterns: [{ pattern: 'Cart*', tests: 1 }],
    warnings: ['The pattern "Cart*" matches all 1 tests.'],
    excludedSkipped: [],
    changes: null,
    notes: ['CartTest belongs to the suite CartSuite.'],
    environments: [
      { code: 'us', expectedMs: 16_400, ...environment },
      { code: 'es', expectedMs: null, ...environment },
    ],
  });
  stream.end();
  const output = await text(stream);
  expect(output).toContain('us: ~15 s\n');
  expect(output).toContain('\nCartTest belongs to the suite CartSuite.\n');
  expect(output).toContain('Pattern Cart*: 1\nThe pattern "Cart*" matches all');
  expect(output).not.toContain('unknown');
  expect(output.match(/^es: .*/gm)).toEqual(['es: modules: all modules']);
});
