/** The entities that a document type declares. */
export interface Entities {
  /** The error of a reference to an entity in an attribute, as libxml reports it; `undefined` when there is none. */
  problemOf(name: string): string | undefined;
}

type Entity = { kind: 'text'; value: string } | { kind: 'external' };

/** Far below what takes noticeable time, and far above what a file of tests needs. */
const maxExpandedLength = 100_000;
const maxDepth = 20;
const declaration = /\s+([^\s%"'<>&;]+)\s+(?:(SYSTEM|PUBLIC)\s|(["']))/y;
const reference = /&([^\s#"'<>&;][^\s"'<>&;]*);/g;
const predefined = new Set(['lt', 'gt', 'amp', 'quot', 'apos']);

/**
 * Reads a document type, the text between `<!DOCTYPE` and `>`. Nothing outside of it is loaded; MFTF does not load it either.
 */
export function readDoctype(text: string): Entities {
  const entities = new Map<string, Entity>();
  const { subset, isExternal } = split(text);
  let declaresElsewhere = isExternal;
  for (let at = 0; at < subset.length; ) {
    if (subset.startsWith('<!--', at)) at = after(subset, '-->', at);
    else if (subset.startsWith('<?', at)) at = after(subset, '?>', at);
    else if (subset.startsWith('<!', at)) {
      if (subset.startsWith('<!ENTITY', at)) declare(subset, at + '<!ENTITY'.length, entities);
      at = endOfDeclaration(subset, at);
    } else {
      // A parameter entity, whose declarations are not read.
      if (subset[at] === '%') declaresElsewhere = true;
      at += 1;
    }
  }
  const lengths = new Map<string, number | string>();
  return {
    problemOf(name) {
      if (!entities.has(name) && declaresElsewhere) return undefined;
      const length = expandedLength(name, entities, lengths, []);
      return typeof length === 'string' ? length : undefined;
    },
  };
}

/** The part in square brackets, and whether the declaration names an external one. */
function split(text: string): { subset: string; isExternal: boolean } {
  let quote = '';
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (quote !== '') {
      if (character === quote) quote = '';
    } else if (character === '"' || character === "'") quote = character;
    else if (character === '[') {
      return {
        subset: text.slice(at + 1, text.lastIndexOf(']')),
        isExternal: isExternalId(text.slice(0, at)),
      };
    }
  }
  return { subset: '', isExternal: isExternalId(text) };
}

function isExternalId(beginning: string): boolean {
  return /^\s*\S+\s+(?:SYSTEM|PUBLIC)\s/.test(beginning);
}

function after(text: string, end: string, from: number): number {
  const at = text.indexOf(end, from);
  return at < 0 ? text.length : at + end.length;
}

function endOfDeclaration(text: string, from: number): number {
  let quote = '';
  for (let at = from; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (quote !== '') {
      if (character === quote) quote = '';
    } else if (character === '"' || character === "'") quote = character;
    else if (character === '>') return at + 1;
  }
  return text.length;
}

/** The first declaration of a name counts. */
function declare(text: string, from: number, entities: Map<string, Entity>): void {
  declaration.lastIndex = from;
  const [all = '', name = '', external, quote] = declaration.exec(text) ?? [];
  if (name === '' || entities.has(name)) return;
  if (external !== undefined) entities.set(name, { kind: 'external' });
  else if (quote !== undefined) {
    const start = from + all.length;
    const end = text.indexOf(quote, start);
    entities.set(name, { kind: 'text', value: text.slice(start, end < 0 ? undefined : end) });
  }
}

/** The length of the text of an entity, or what is wrong with it. */
function expandedLength(
  name: string,
  entities: ReadonlyMap<string, Entity>,
  lengths: Map<string, number | string>,
  within: string[],
): number | string {
  const stored = lengths.get(name);
  if (stored !== undefined) return stored;
  const length = measure(name, entities, lengths, within);
  lengths.set(name, length);
  return length;
}

function measure(
  name: string,
  entities: ReadonlyMap<string, Entity>,
  lengths: Map<string, number | string>,
  within: string[],
): number | string {
  if (predefined.has(name)) return 1;
  const entity = entities.get(name);
  if (entity === undefined) return `The entity "${name}" is not defined.`;
  if (entity.kind === 'external') return `The entity "${name}" is outside of the file, and is not read.`;
  if (within.includes(name)) return `The entity "${name}" contains itself.`;
  if (within.length >= maxDepth) return `The entity "${name}" is nested more than ${maxDepth} deep.`;
  if (entity.value.includes('<')) return `The entity "${name}" has a "<", which an attribute cannot have.`;
  let length = entity.value.length;
  for (const [, inner = ''] of entity.value.matchAll(reference)) {
    const added = expandedLength(inner, entities, lengths, [...within, name]);
    if (typeof added === 'string') return added;
    length += added;
    if (length > maxExpandedLength)
      return `The entity "${name}" expands to more than ${maxExpandedLength} characters.`;
  }
  return length;
}
