import { describe } from 'vitest';
import { queueConformance } from './conformance.ts';

describe('embedded', () => queueConformance('embedded'));
