import { describe } from 'vitest';
import { queueConformance } from './conformance.ts';
import { retryConformance } from './retry-conformance.ts';

describe('postgres', () => {
  queueConformance('postgres');
  retryConformance('postgres');
});
