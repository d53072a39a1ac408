import { describe } from 'vitest';
import { poolConformance } from './conformance.ts';

describe('docker', () => poolConformance('docker'));
