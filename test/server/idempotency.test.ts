import { idempotencyConformance } from './idempotency-conformance.ts';

idempotencyConformance('embedded');
idempotencyConformance('postgres');
