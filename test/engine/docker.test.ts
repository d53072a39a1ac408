import { describe } from 'vitest';
import { engineConformance } from './conformance.ts';

describe('docker', () => engineConformance('docker'));
