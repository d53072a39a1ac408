import { expect, it } from 'vitest';
import { parseTraceParent } from './trace-parent.ts';

const traceId = '0af7651916cd43dd8448eb211c80319c';
const spanId = 'b7ad6b7169203331';

it('is parsed as W3C Trace Context defines it', () => {
  expect(parseTraceParent(`00-${traceId}-${spanId}-01`)).toEqual({ traceId, spanId, sampled: true });
  expect(parseTraceParent(`00-${traceId}-${spanId}-00`)).toEqual({ traceId, spanId, sampled: false });
  // A version to come may have more behind it.
  expect(parseTraceParent(`cc-${traceId}-${spanId}-01-more`)).toMatchObject({ traceId });
});

it.each([
  '',
  'x',
  `00-${traceId}-${spanId}`,
  `00-${traceId}-${spanId}-01-more`,
  `ff-${traceId}-${spanId}-01`,
  `00-${'0'.repeat(32)}-${spanId}-01`,
  `00-${traceId}-${'0'.repeat(16)}-01`,
  `00-${traceId.toUpperCase()}-${spanId}-01`,
  `00-${traceId}-${spanId}-01\n`,
])('is none: %j', (written) => {
  expect(parseTraceParent(written)).toBeUndefined();
});
