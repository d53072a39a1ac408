import type { DeclarationReader } from './declaration-reader.ts';
import { originsOf } from './merge.ts';
import type {
  ElementDefinition,
  EntityDefinition,
  FieldDefinition,
  PageDefinition,
  SectionDefinition,
} from './model.ts';
import { cacheByName } from './name-cache.ts';
import { refuse } from './refusal.ts';
import { childrenOf, isComment, type MutableElement } from './xml-tree.ts';

/** Returns the definitions of data by name; `undefined` when no file declares it. */
export function createEntities(reader: DeclarationReader): (name: string) => EntityDefinition | undefined {
  function extendEntity(element: MutableElement): EntityDefinition {
    const own = entityOf(element);
    const { extends: parentName } = element.attributes;
    if (parentName === undefined) return own;
    const parentElement = reader.merged('entity', parentName);
    if (parentElement === undefined) {
      return refuse(own.origin, `The data ${own.name} extends ${parentName}, which does not exist.`);
    }
    if (parentElement.attributes['extends'] !== undefined) {
      // So nothing extends itself either (measured with 3.8 and 6.0).
      refuse(own.origin, `The data ${own.name} extends ${parentName}, which extends other data itself.`);
    }
    const parent = entityOf(parentElement);
    return {
      ...own,
      type: own.type === '' ? parent.type : own.type,
      fields: new Map([...parent.fields, ...own.fields]),
      arrays: extendArrays(keyedArrays(parentElement), keyedArrays(element)),
      namedItems: new Set([...parent.namedItems, ...own.namedItems]),
      vars: new Map([...parent.vars, ...own.vars]),
      requiredEntities: [...parent.requiredEntities, ...own.requiredEntities],
      origins: [...own.origins, ...parent.origins],
    };
  }
  return cacheByName((name) => {
    const element = reader.merged('entity', name);
    return element && extendEntity(element);
  });
}

/** The items of the arrays of a parent, and those of its child in place of the ones with the same key. */
function extendArrays(parent: KeyedArrays, own: KeyedArrays): EntityDefinition['arrays'] {
  const arrays = new Map<string, readonly string[]>();
  for (const key of new Set([...parent.keys(), ...own.keys()])) {
    const items = new Map([...(parent.get(key) ?? []), ...(own.get(key) ?? [])]);
    arrays.set(key, [...items.values()]);
  }
  return arrays;
}

/** The items of arrays by the key of the array in lower case, and by their name or their place. */
type KeyedArrays = Map<string, ReadonlyMap<string, string>>;

function keyedArrays(element: MutableElement): KeyedArrays {
  const arrays: KeyedArrays = new Map();
  for (const { tag, attributes, children } of element.children) {
    if (tag !== 'array') continue;
    const items = children.filter((child) => !isComment(child));
    const keyed = items.map((item, index): [string, string] => [
      item.attributes['name'] ?? `${index}`,
      item.text,
    ]);
    arrays.set((attributes['key'] ?? '').toLowerCase(), new Map(keyed));
  }
  return arrays;
}

function entityOf(element: MutableElement): EntityDefinition {
  const { name = '', type = '', deprecated } = element.attributes;
  const fields = new Map<string, FieldDefinition>();
  const arrays = new Map<string, readonly string[]>();
  const namedItems = new Set<string>();
  const vars = new Map<string, { entityType: string; entityKey: string }>();
  const requiredEntities: { type: string; name: string }[] = [];
  for (const child of childrenOf(element)) {
    const { key = '', unique, entityType = '', entityKey = '', type: requiredType = '' } = child.attributes;
    if (child.tag === 'data') {
      const side = unique === 'prefix' || unique === 'suffix' ? unique : undefined;
      const { text: value, origin } = child;
      fields.set(key.toLowerCase(), { key, value, unique: side, origin, origins: originsOf(child) });
    } else if (child.tag === 'array') {
      const items = childrenOf(child);
      arrays.set(
        key.toLowerCase(),
        items.map((item) => item.text),
      );
      if (items.some((item) => item.attributes['name'] !== undefined)) namedItems.add(key.toLowerCase());
    } else if (child.tag === 'var') vars.set(key, { entityType, entityKey });
    else if (child.tag === 'requiredEntity') requiredEntities.push({ type: requiredType, name: child.text });
  }
  return {
    name,
    type,
    fields,
    arrays,
    namedItems,
    vars,
    requiredEntities,
    deprecated,
    origin: element.origin,
    origins: originsOf(element),
  };
}

/** Returns the definitions of sections by name; `undefined` when no file declares it. */
export function createSections(reader: DeclarationReader): (name: string) => SectionDefinition | undefined {
  return cacheByName((name) => {
    const element = reader.merged('section', name);
    if (element === undefined) return undefined;
    const elements = new Map(
      childrenOf(element)
        .filter(({ tag }) => tag === 'element')
        .map((child) => elementOf(child))
        .map((one) => [one.name, one]),
    );
    const { origin, attributes } = element;
    return { name, elements, deprecated: attributes['deprecated'], origin, origins: originsOf(element) };
  });
}

function elementOf(element: MutableElement): ElementDefinition {
  const { attributes, origin } = element;
  const { name = '', type = '', selector, locatorFunction, timeout, parameterized, deprecated } = attributes;
  return {
    name,
    type,
    selector,
    locatorFunction,
    timeout,
    parameterized: parameterized === 'true',
    deprecated,
    origin,
    origins: originsOf(element),
  };
}

/** Returns the definitions of pages by name; `undefined` when no file declares it. */
export function createPages(reader: DeclarationReader): (name: string) => PageDefinition | undefined {
  return cacheByName((name) => {
    const element = reader.merged('page', name);
    if (element === undefined) return undefined;
    const { url = '', area = '', module = '', parameterized, deprecated } = element.attributes;
    return {
      name,
      url,
      area,
      module,
      parameterized: parameterized === 'true',
      sections: childrenOf(element).flatMap(({ attributes }) => attributes['name'] ?? []),
      deprecated,
      origin: element.origin,
      origins: originsOf(element),
    };
  });
}
