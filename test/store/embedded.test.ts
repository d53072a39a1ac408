import { describe } from 'vitest';
import { storeConformance } from './conformance.ts';

describe('embedded', () => storeConformance('embedded'));
