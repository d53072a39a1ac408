import { describe } from 'vitest';
import { queueConformance } from './conformance.ts';
import { failedRetryConformance } from './failed-retry-conformance.ts';
import { olderProcesses } from './older-processes.ts';
import { retryConformance } from './retry-conformance.ts';
import { userRetryConformance } from './user-retry-conformance.ts';

describe('embedded', () => {
  queueConformance('embedded');
  retryConformance('embedded');
  userRetryConformance('embedded');
  failedRetryConformance('embedded');
  olderProcesses('embedded');
});
