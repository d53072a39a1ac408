import { hash } from 'node:crypto';
import { shorten } from '../../model/visible-text.ts';
import type { Catalog } from '../catalog/catalog.ts';
import { elements } from '../catalog/declarations/parts.ts';
import { dependenciesOf } from '../closure/dependencies.ts';
import { originsOf } from '../resolver/merge.ts';
import type { Definitions, EntityDefinition, Origin, Resolution, XmlElement } from '../resolver/model.ts';
import { resolution } from '../resolver/refusal.ts';
import { isComment, type MutableElement, readElements } from '../resolver/xml-tree.ts';

export type IngredientKind = 'data' | 'element' | 'page' | 'metadata' | 'helper';

/** What steps depend on besides their own text: a field of data, data as a whole, an element, a page, metadata, a PHP helper. */
export interface Ingredient {
  kind: IngredientKind;
  /** Such as `Customer.email` or `CartSection.total`. */
  name: string;
  /** Of all that generated tests or MFTF at run time read of it, without its place in a file. */
  digest: string;
  /** For people: the value of a field, a selector, an address; `undefined` for what has several parts. */
  value: string | undefined;
  /** Of all its declarations, the first one first; empty when no file declares it. */
  origins: readonly Origin[];
}

/** What one name leads to: its ingredients, and texts which may have further references. */
interface Finding {
  ingredients: Ingredient[];
  texts: string[];
}

/** Collects the ingredients of texts, data and helpers; a name that nothing defines has none. */
export interface IngredientReader {
  /** Those that the references of texts lead to, also through other references, by kind and name. */
  ofTexts(texts: Iterable<string>, to: Map<string, Ingredient>): void;
  /** Data that is sent to the shop, with what it requires and its metadata. */
  ofSentData(name: string, to: Map<string, Ingredient>): void;
  ofHelper(className: string, to: Map<string, Ingredient>): void;
}

/** A run of the characters of references and their keys. */
const token = /[\w.[\]/-]+/g;
const endsWithName = /\w+$/;
/** Longer runs of these characters are no references; the limit keeps the time for a text linear. */
const maxTokenLength = 2_000;

/** `read` returns the content of a file of the catalog, by its path. */
export function createIngredientReader(
  catalog: Catalog,
  definitions: Definitions,
  read: (path: string) => Uint8Array,
): IngredientReader {
  const dependencies = dependenciesOf(catalog);
  const findings = new Map<string, Finding>();
  const cached = (key: string, find: () => Finding): Finding => {
    const finding = findings.get(key) ?? find();
    findings.set(key, finding);
    return finding;
  };
  const operations = new Map<string, readonly MutableElement[]>();
  const operationsIn = (path: string) => {
    const list = operations.get(path) ?? readOperations(read(path), path);
    operations.set(path, list);
    return list;
  };

  function findMember(name: string, key: string): Finding {
    const finding: Finding = { ingredients: [], texts: [] };
    const add = (kind: IngredientKind, of: string, resolved: Resolution<Described | undefined>) => {
      if ('refusal' in resolved) {
        const { message, origin } = resolved.refusal;
        const digest = digestOf(['refused', message]);
        finding.ingredients.push({ kind, name: of, digest, value: undefined, origins: [origin] });
      } else if (resolved.resolved !== undefined) {
        const { values, texts, value, origins } = resolved.resolved;
        finding.ingredients.push({
          kind,
          name: of,
          digest: digestOf(values),
          value: shortValue(value),
          origins,
        });
        // Data may have more texts than a call takes arguments.
        finding.texts = finding.texts.concat(texts);
      }
    };
    add(
      'page',
      name,
      resolution(() => describePage(definitions, name)),
    );
    add(
      'element',
      `${name}.${key}`,
      resolution(() => describeElement(definitions, name, key)),
    );
    add(
      'data',
      `${name}.${key}`,
      resolution(() => describeField(definitions, name, key)),
    );
    return finding;
  }

  function findSentData(name: string): Finding & { required: string[] } {
    const resolved = resolution(() => definitions.entity(name));
    if ('refusal' in resolved) {
      const { message, origin } = resolved.refusal;
      const digest = digestOf(['refused', message]);
      return {
        ingredients: [{ kind: 'data', name, digest, value: undefined, origins: [origin] }],
        texts: [],
        required: [],
      };
    }
    const entity = resolved.resolved;
    if (entity === undefined) return { ingredients: [], texts: [], required: [] };
    const { values, texts } = describeEntity(entity);
    const ingredients: Ingredient[] = [
      { kind: 'data', name, digest: digestOf(values), value: undefined, origins: entity.origins },
      ...findMetadata(entity.type),
    ];
    return { ingredients, texts, required: entity.requiredEntities.map((one) => one.name) };
  }

  function findMetadata(type: string): Ingredient[] {
    const isOperation = (kind: string) => kind === 'operation';
    const declared = [...dependencies.reach([`operation:${type}`], isOperation)];
    if (declared.length === 0) return [];
    const perFile = declared.map(({ part, file }) =>
      operationsIn(file.path).filter(({ attributes }) => attributes['dataType'] === part.name),
    );
    const digest = digestOf(perFile.map((list) => list.map(plainElement)));
    const origins = [...new Set(perFile.flat())].flatMap(originsOf);
    return [{ kind: 'metadata', name: type, digest, value: undefined, origins }];
  }

  const ofTexts: IngredientReader['ofTexts'] = (texts, to) => {
    const visited = new Set<string>();
    const queue = [...texts];
    for (let text = queue.pop(); text !== undefined; text = queue.pop()) {
      for (const [name, key] of membersIn(text)) {
        const of = `${name}.${key}`;
        if (visited.has(of)) continue;
        visited.add(of);
        const finding = cached(of, () => findMember(name, key));
        for (const one of finding.ingredients) to.set(`${one.kind} ${one.name}`, one);
        for (const one of finding.texts) queue.push(one);
      }
    }
  };

  return {
    ofTexts,

    ofSentData(name, to) {
      const visited = new Set<string>();
      const queue = [name];
      for (let entity = queue.pop(); entity !== undefined; entity = queue.pop()) {
        if (visited.has(entity)) continue;
        visited.add(entity);
        const of = entity;
        const finding = cached(`\0${of}`, () => findSentData(of)) as Finding & { required: string[] };
        for (const one of finding.ingredients) to.set(`${one.kind} ${one.name}`, one);
        ofTexts(finding.texts, to);
        for (const one of finding.required) queue.push(one);
      }
    },

    ofHelper(className, to) {
      const name = className.trim().replace(/^\\/, '');
      const finding = cached(`\0helper:${name}`, () => {
        const declared = dependencies.declaring(`helper:${name}`);
        const [first] = declared;
        if (first === undefined) return { ingredients: [], texts: [] };
        // A class inherits from others, mostly of its own folder.
        const folders = new Set(declared.map(({ file }) => folderOf(file.path)));
        const files = catalog.files.filter(
          ({ path }) => path.endsWith('.php') && folders.has(folderOf(path)),
        );
        const digest = digestOf(files.map((file) => [file.path, file.digest]));
        const paths = new Set([...declared.map(({ file }) => file.path), ...files.map(({ path }) => path)]);
        const origins = Array.from(paths, (file) => ({ file, line: 1 }));
        return { ingredients: [{ kind: 'helper', name, digest, value: undefined, origins }], texts: [] };
      });
      for (const one of finding.ingredients) to.set(`${one.kind} ${one.name}`, one);
    },
  };
}

/** The names in a text with what stands behind their dot. More than MFTF would resolve do no harm, a missing one would. */
function membersIn(text: string): [name: string, key: string][] {
  if (!text.includes('{{')) return [];
  const members: [string, string][] = [];
  // MFTF takes blanks out of the parameters of elements and pages.
  const spaced = /\s/.test(text) ? [text, text.replace(/\s+/g, '')] : [text];
  for (const each of spaced) {
    for (const [run] of each.matchAll(token)) {
      if (run.length > maxTokenLength) continue;
      for (let dot = run.indexOf('.'); dot >= 0; dot = run.indexOf('.', dot + 1)) {
        const name = endsWithName.exec(run.slice(0, dot))?.[0];
        const key = run.slice(dot + 1);
        if (name !== undefined && key !== '') members.push([name, key]);
      }
    }
  }
  return members;
}

/** What is read of a definition, and the texts in it that may have references. */
interface Described {
  values: unknown;
  texts: string[];
  /** See `Ingredient.value`. */
  value: string | undefined;
  /** See `Ingredient.origins`. */
  origins: readonly Origin[];
}

/** Characters of a value for people. */
const maxValueLength = 200;
const shortValue = (value: string | undefined) => value && shorten(value, maxValueLength);

function describePage({ page }: Definitions, name: string): Described | undefined {
  const definition = page(name);
  if (definition === undefined) return undefined;
  const { url, area, parameterized, deprecated, origins } = definition;
  return { values: [url, area, parameterized, deprecated], texts: [url], value: url, origins };
}

function describeElement({ section }: Definitions, name: string, key: string): Described | undefined {
  const definition = section(name);
  if (definition === undefined) return undefined;
  const element = definition.elements.get(key);
  if (element === undefined)
    return { values: 'absent', texts: [], value: undefined, origins: definition.origins };
  const { selector, locatorFunction, timeout, parameterized, deprecated, origins } = element;
  const values = [selector, locatorFunction, timeout, parameterized, deprecated, definition.deprecated];
  return {
    values,
    texts: [selector ?? '', locatorFunction ?? ''],
    value: selector ?? locatorFunction,
    origins,
  };
}

function describeField({ entity }: Definitions, name: string, key: string): Described | undefined {
  const definition = entity(name);
  if (definition === undefined) return undefined;
  const { deprecated, fields, arrays } = definition;
  const lower = key.toLowerCase();
  const field = fields.get(lower);
  const items = arrays.get(lower) ?? arrays.get(lower.replace(/\[\d+\]$/, ''));
  const values = [field?.value, field?.unique, items, deprecated];
  return {
    values,
    texts: [field?.value ?? '', ...(items ?? [])],
    value: field?.value,
    origins: field?.origins ?? definition.origins,
  };
}

function describeEntity({ type, fields, arrays, vars, requiredEntities }: EntityDefinition): {
  values: unknown;
  texts: string[];
} {
  const own = Array.from(fields.values(), ({ key, value, unique }) => [key, value, unique]);
  const texts = [...own.map(([, value]) => value ?? ''), ...[...arrays.values()].flat()];
  return { values: [type, own, [...arrays], [...vars], requiredEntities], texts };
}

function readOperations(content: Uint8Array, path: string): readonly MutableElement[] {
  const { root, element } = elements.operation;
  const { elements: all, problem } = readElements(content, root, path);
  return problem ? [] : all.filter(({ tag }) => tag === element);
}

const folderOf = (path: string) => path.slice(0, path.lastIndexOf('/'));

/** An element without comments and places, with its attributes in the order of their names. */
export function plainElement({ tag, attributes, children, text }: XmlElement): unknown {
  const inner = children.filter((child) => !isComment(child)).map(plainElement);
  return [tag, sortedEntries(attributes), text, inner];
}

export function sortedEntries(attributes: Readonly<Record<string, string>>): [string, string][] {
  return Object.entries(attributes).sort(([one], [other]) => (one < other ? -1 : 1));
}

/** A hash of a value as JSON, without collisions in practice: 96 bits. */
export function digestOf(value: unknown): string {
  return hash('sha256', JSON.stringify(value), 'base64').slice(0, 16);
}
