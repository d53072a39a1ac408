import { describe } from 'vitest';
import { scheduleConformance } from './conformance.ts';

describe('embedded', () => scheduleConformance('embedded'));
