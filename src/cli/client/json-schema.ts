/** Keywords whose schemas describe the same value as the schema that they are in. */
const sameValue = ['allOf', 'anyOf', 'oneOf'];

/**
 * The schemas of a property of an object, by the schemas of the object. `document` is what a reference in them points into, as `#/...` of a JSON
 * pointer; references to other documents lead nowhere.
 */
export function propertiesNamed(name: string, schemas: readonly unknown[], document: unknown): unknown[] {
  return withAlternatives(schemas, document).flatMap(({ properties }) =>
    isObject(properties) && Object.hasOwn(properties, name) ? [properties[name]] : [],
  );
}

/** Schemas with those that describe the same value, each once: references may form a circle. */
function withAlternatives(schemas: readonly unknown[], document: unknown): Record<string, unknown>[] {
  const all = new Set<Record<string, unknown>>();
  const open = [...schemas];
  for (let schema = open.pop(); schema !== undefined; schema = open.pop()) {
    if (!isObject(schema) || all.has(schema)) continue;
    all.add(schema);
    open.push(...sameValue.flatMap((keyword) => schema[keyword] ?? []));
    if (typeof schema['$ref'] === 'string') open.push(valueAt(schema['$ref'], document));
  }
  return [...all];
}

/** The value that a reference of JSON Schema names; `undefined` when there is none. */
function valueAt(reference: string, document: unknown): unknown {
  if (!reference.startsWith('#/')) return undefined;
  const keys = reference.slice(2).split('/').map(keyOf);
  return keys.reduce<unknown>(
    (value, key) => (isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined),
    document,
  );
}

/** The key that a part of a JSON pointer in an address means. */
function keyOf(part: string): string {
  return decoded(part).replaceAll('~1', '/').replaceAll('~0', '~');
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
