import { Fault } from '../../faults/fault.ts';
import type { AnyOperation } from '../../operations/core/operation.ts';
import { propertiesNamed } from './json-schema.ts';

/**
 * Parts of the field `selection` that came later. A server from before drops them, because it checks only the names of whole fields, and
 * would execute other tests than were named.
 */
const laterParts = ['playwright'];

/** Refuses input that a server would drop, by the description of its API. Errors: SERVER_TOO_OLD, and those of `describeApi`. */
export async function assertInputIsKnown(
  operation: AnyOperation,
  { selection }: Record<string, unknown>,
  { base, describeApi }: { base: string; describeApi(): Promise<unknown> },
): Promise<void> {
  if (typeof selection !== 'object' || selection === null) return;
  const parts = laterParts.filter((part) => (selection as Record<string, unknown>)[part] !== undefined);
  if (parts.length === 0) return;
  const description = await describeApi();
  const selections = propertiesNamed('selection', bodySchemas(description, operation), description);
  for (const part of parts) {
    if (propertiesNamed(part, selections, description).length > 0) continue;
    const message = `${base} is an older matre, which does not know selection.${part} of ${operation.name}.`;
    throw new Fault('SERVER_TOO_OLD', message);
  }
}

/** The schemas of the body of an operation, one for each media type; none of what is no description. */
function bodySchemas(description: unknown, { path, method }: AnyOperation): unknown[] {
  const { paths } = (description ?? {}) as { paths?: Record<string, Record<string, unknown>> };
  const operation = paths?.[path.replace(/:(\w+)/g, '{$1}')]?.[method.toLowerCase()];
  const { requestBody } = (operation ?? {}) as {
    requestBody?: { content?: Record<string, { schema?: unknown }> };
  };
  return Object.values(requestBody?.content ?? {}).map(({ schema }) => schema);
}
