import { describe } from 'vitest';
import { poolConformance } from './conformance.ts';

describe('sandbox', () => poolConformance('sandbox'));
