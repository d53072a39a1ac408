import { describe } from 'vitest';
import { queueConformance } from './conformance.ts';
import { retryConformance } from './retry-conformance.ts';

describe('embedded', () => {
  queueConformance('embedded');
  retryConformance('embedded');
});
