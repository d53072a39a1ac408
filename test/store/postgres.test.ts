import { describe } from 'vitest';
import { storeConformance } from './conformance.ts';

describe('postgres', () => storeConformance('postgres'));
