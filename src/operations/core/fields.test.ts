import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { operations } from '../all.ts';

/** The fields of inputs that are times. */
const times = operations.flatMap(({ name, input }) =>
  Object.entries(input.shape).flatMap(([field, schema]): [string, z.core.$ZodType][] => {
    const { format } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
    return format === 'date-time' ? [[`${name} ${field}`, schema]] : [];
  }),
);

describe('the times of inputs', () => {
  it.each(times)('%s are of years that the database has', (_name, schema) => {
    const takes = (text: string) => z.safeParse(schema, text).success;
    expect(takes('2026-11-30T03:12:00.5Z')).toBe(true);
    expect(takes('9999-12-31T23:59:59Z')).toBe(true);
    // Two hours before the second are in year 0.
    expect(takes('0000-01-01T00:00:00Z')).toBe(false);
    expect(takes('0001-01-01T00:00:00Z')).toBe(false);
    expect(takes(`2026-11-30T03:12:00.${'0'.repeat(1_000)}Z`)).toBe(false);
  });
});
