import { describe } from 'vitest';
import { engineConformance } from './conformance.ts';

describe('sandbox', () => engineConformance('sandbox'));
