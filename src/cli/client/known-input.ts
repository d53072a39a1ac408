import { Fault } from '../../faults/fault.ts';
import type { AnyOperation } from '../../operations/core/operation.ts';

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
  const schema = JSON.stringify(requestOf(await describeApi(), operation));
  for (const part of parts) {
    if (schema.includes(`${JSON.stringify(part)}:`)) continue;
    const message = `${base} is an older matre, which does not know selection.${part} of ${operation.name}.`;
    throw new Fault('SERVER_TOO_OLD', message);
  }
}

/** The description of the request for an operation; null for what is none. */
function requestOf(description: unknown, { path, method }: AnyOperation): unknown {
  const { paths } = (description ?? {}) as { paths?: Record<string, Record<string, unknown>> };
  const operation = paths?.[path.replace(/:(\w+)/g, '{$1}')]?.[method.toLowerCase()];
  return (operation as { requestBody?: unknown } | undefined)?.requestBody ?? null;
}
