import { expect, it } from 'vitest';
import type { z } from 'zod';
import { operations } from './all.ts';

/** The places of transforms in a schema. */
function transformsIn(schema: z.core.$ZodType, path: string, visited = new Set<unknown>()): string[] {
  if (visited.has(schema)) return [];
  visited.add(schema);
  const { def } = schema._zod;
  if (def.type === 'transform') return [path];
  const inside = (value: unknown, name: string): string[] => {
    if (typeof value !== 'object' || value === null) return [];
    if ('_zod' in value) return transformsIn(value as z.core.$ZodType, `${path}.${name}`, visited);
    const entries = Array.isArray(value) || name === 'shape' ? Object.entries(value) : [];
    return entries.flatMap(([key, each]) => inside(each, key));
  };
  return Object.entries(def).flatMap(([name, value]) => inside(value, name));
}

// The server encodes answers, and a transform cannot be encoded: such an answer is an INTERNAL error.
it('no operation has a field of an input, which transforms texts, in its answer', () => {
  expect(operations.flatMap(({ name, output }) => transformsIn(output, name))).toEqual([]);
});
