import { describe } from 'vitest';
import { scheduleConformance } from './conformance.ts';

describe('postgres', () => scheduleConformance('postgres'));
