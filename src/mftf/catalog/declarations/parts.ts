import { z } from 'zod';
import type { XmlHandler } from '../../xml/parse.ts';
import { attachments, createAttachmentCollector } from './attachments.ts';
import { bareReference, referencesIn } from './references.ts';

/** The kinds of named declarations. The name of an `operation` is the type of data it sends; a `helper` is a class of PHP. */
export const partKinds = [
  'test',
  'actionGroup',
  'entity',
  'page',
  'section',
  'operation',
  'suite',
  'helper',
] as const;
export type PartKind = (typeof partKinds)[number];

export const part = z.object({
  kind: z.enum(partKinds),
  name: z.string(),
  /**
   * Its possible references: `actionGroup:Name` and the like where the XML has the kind, else a bare name, which may be data, a
   * page or a section. Too many do no harm, a missing one would. One per line: a tree has a hundred thousand, of which a run
   * follows few, and one string loads faster than a list. `creates:Name` is data that a step creates, updates or reads while the
   * test runs; `operationName:Name` is the name of an operation itself, by which MFTF merges operations (measured with 3.8).
   */
  uses: z.string(),
  /** Names of `{{_ENV.NAME}}`. */
  env: z.array(z.string()).optional(),
  /** Keys of `{{_CREDS.vendor/NAME}}`. */
  credentials: z.array(z.string()).optional(),
  /** It overrides a field of data with a unique value, so MFTF may write a random number into the Cest. */
  random: z.boolean().optional(),
  /** What its steps may attach. */
  attachments: attachments.optional(),
  /** A reference that is composed at run time and cannot be followed. */
  unclear: z.string().optional(),
});
export type Part = z.infer<typeof part>;

/** By kind, the root of its files and the element of a declaration. */
export const elements: Record<Exclude<PartKind, 'helper'>, { root: string; element: string }> = {
  test: { root: 'tests', element: 'test' },
  actionGroup: { root: 'actionGroups', element: 'actionGroup' },
  entity: { root: 'entities', element: 'entity' },
  page: { root: 'pages', element: 'page' },
  section: { root: 'sections', element: 'section' },
  operation: { root: 'operations', element: 'operation' },
  suite: { root: 'suites', element: 'suite' },
};

/** Attributes without references, and those that are handled by name. */
const unfollowedAttributes = new Set([
  ...['ref', 'class', 'extends', 'dataType'],
  ...['stepKey', 'before', 'after', 'keyForRemoval', 'createDataKey'],
  ...['key', 'name', 'type', 'time', 'timeout', 'index', 'parameterized'],
]);
/** Names, with the preceding dot if they are fields. */
const names = /\.?(?<![\w\x80-\uffff])[A-Za-z_\x80-\uffff][\w\x80-\uffff]*/g;

/** Text that may be the name of a type of data. */
const dataTypeName = /^[\w\x80-\uffff.-]{1,200}$/;

type Collector = Required<Pick<XmlHandler, 'open' | 'text' | 'close'>>;

/**
 * Collects the declarations of a file and their references. It reads every attribute and every text, instead of those that MFTF
 * is known to resolve, so that the actions of new versions are followed too.
 */
export function collectParts(kind: Exclude<PartKind, 'helper'>, parts: Part[]): Collector {
  const { root, element } = elements[kind];
  const top = `/${root}/${element}`;
  const annotations = `${top}/annotations`;
  let current: Part | undefined;
  /** The arguments of an action group, which hide data, pages and sections of the same name. */
  let hidden = new Set<string>();
  let references = new Set<string>();
  let bareNames = new Set<string>();
  let env = new Set<string>();
  let credentials = new Set<string>();
  let attached = createAttachmentCollector(top);

  const addNamed = (of: PartKind, value: string) => {
    references.add(`${of}:${value}`);
    if (/[{}$\n]/.test(value) && current)
      current.unclear ??= `the ${element} ${current.name} refers to "${value}"`;
  };
  const addText = (value: string) => {
    if (current === undefined) return;
    if (!value.includes('{{')) {
      const reference = bareReference(value);
      if (reference !== undefined) bareNames.add(reference.name);
      return;
    }
    if (value.includes('_ENV.') || value.includes('_CREDS.')) addVariables(value);
    addNames(bareNames, value);
  };
  const addVariables = (value: string) => {
    for (const { name, member = '' } of referencesIn(value)) {
      if (name === '_ENV') env.add(member);
      if (name === '_CREDS') credentials.add(member);
    }
  };
  const startPart = ({ name = '', extends: parent, dataType = '', type }: Record<string, string>) => {
    current = { kind, name: kind === 'operation' ? dataType : name, uses: '' };
    hidden = new Set();
    references = new Set();
    bareNames = new Set();
    env = new Set();
    credentials = new Set();
    attached = createAttachmentCollector(top);
    if (parent) addNamed(kind, parent);
    if (kind === 'entity' && type) references.add(`operation:${type}`);
    // Also where it is reached by its name: other operations may have its type.
    if (kind === 'operation' && name) references.add(`operationName:${name}`).add(`operation:${dataType}`);
  };

  return {
    open(at, attributes) {
      if (at === top) startPart(attributes);
      if (current === undefined || at.startsWith(annotations)) return;
      attached.open(at, attributes);
      const tag = at.slice(at.lastIndexOf('/') + 1);
      if (tag === 'actionGroup') {
        const { ref } = attributes;
        if (ref !== undefined) addNamed('actionGroup', ref);
      } else if (tag === 'helper') {
        const { class: name } = attributes;
        if (name !== undefined) references.add(`helper:${name.trim().replace(/^\\/, '')}`);
      } else if (tag === 'section') {
        const { name } = attributes;
        if (kind === 'page' && name !== undefined) references.add(`section:${name}`);
      } else if (tag === 'argument') {
        const { name, value = '', defaultValue = '' } = attributes;
        if (kind === 'actionGroup' && name !== undefined && at.startsWith(`${top}/arguments/`))
          hidden.add(name);
        addNames(references, value);
        addNames(references, defaultValue);
      } else if (tag === 'field' && kind !== 'entity' && kind !== 'operation') {
        // In a call of createData and the like; <data unique> in the declaration of data is not relevant here.
        if (attributes['unique']) current.random = true;
      }
      if (kind === 'operation' && at !== top) {
        const { dataType } = attributes;
        if (dataType !== undefined) references.add(`operation:${dataType}`);
      }
      if (kind === 'test' || kind === 'actionGroup' || kind === 'suite') {
        const { entity } = attributes;
        if (entity) references.add(`creates:${entity}`);
      }
      for (const attribute in attributes) {
        if (!unfollowedAttributes.has(attribute)) addText(attributes[attribute] ?? '');
      }
    },
    text(at, text) {
      if (at.startsWith(annotations)) return;
      attached.text(at, text);
      // The type of a field, which may have operations of its own.
      if (kind === 'operation' && dataTypeName.test(text.trim())) references.add(`operation:${text.trim()}`);
      addText(text);
    },
    close(at) {
      if (at !== top || current === undefined) return;
      for (const name of bareNames) if (!hidden.has(name)) references.add(name);
      const mayAttach = attached.end();
      parts.push({
        ...current,
        uses: [...references].join('\n'),
        ...(env.size > 0 && { env: [...env] }),
        ...(credentials.size > 0 && { credentials: [...credentials] }),
        ...(mayAttach && { attachments: mayAttach }),
      });
      current = undefined;
    },
  };
}

/** The possible references of a part. */
export function usesOf(part: Part): string[] {
  return part.uses === '' ? [] : part.uses.split('\n');
}

/** Adds the names at the beginning of references. */
function addNames(to: Set<string>, value: string): void {
  for (const name of value.match(names) ?? []) if (!name.startsWith('.')) to.add(name);
}

// Blanks are bounded and stay in their line: otherwise a file of empty lines would take quadratic time.
const namespace = /^[^\S\n]*namespace\s{1,100}([\w\\]+)\s*;/m;
const classes = /^[^\S\n]*(?:(?:abstract|final)\s{1,100}){0,3}class\s{1,100}(\w+)/gm;

/** The classes of a PHP file, which steps may call as helpers. */
export function helperParts(content: string): Part[] {
  const inside = namespace.exec(content)?.[1];
  return [...content.matchAll(classes)].map(([, name = '']) => ({
    kind: 'helper',
    name: inside === undefined ? name : `${inside}\\${name}`,
    uses: '',
  }));
}
