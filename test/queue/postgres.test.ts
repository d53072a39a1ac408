import { describe } from 'vitest';
import { queueConformance } from './conformance.ts';

describe('postgres', () => queueConformance('postgres'));
