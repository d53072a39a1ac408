/** Where something is declared. `file` is relative to the Magento root; lines count from 1. */
export interface Origin {
  file: string;
  line: number;
}

/** An element of MFTF's XML, after merging. Comments inside of a test are elements of the tag `comment`. */
export interface XmlElement {
  tag: string;
  /** Without entities and with the line breaks of XML resolved. */
  attributes: Readonly<Record<string, string>>;
  children: readonly XmlElement[];
  /** The text in it, CDATA included; '' when there is none. */
  text: string;
  /** Of its first declaration. */
  origin: Origin;
  /** Where later files of a merge have it, too, and may change it, in their order; absent for nearly all. */
  merges?: readonly Origin[];
}

/** A test or an action group, merged over its files but not extended. */
export interface StepsDefinition {
  name: string;
  extends: string | undefined;
  /** The files that declare it, in the order of merging. */
  files: readonly string[];
  origin: Origin;
  /** The attributes of its element. */
  attributes: Readonly<Record<string, string>>;
  annotations: readonly XmlElement[];
  steps: KeyedSteps;
}

/** Steps by step key. Comments have keys that no step can have, and a removal has the key of the step that it removes. */
export type KeyedSteps = ReadonlyMap<string, XmlElement>;

export interface TestDefinition extends StepsDefinition {
  /** MFTF's short name of its module, such as `Catalog`; `undefined` when it has none. */
  module: string | undefined;
  /** The steps of `<before>`; `undefined` without the element. */
  before: KeyedSteps | undefined;
  after: KeyedSteps | undefined;
}

export interface ActionGroupDefinition extends StepsDefinition {
  arguments: readonly ArgumentDefinition[];
}

export interface ArgumentDefinition {
  name: string;
  /** `entity` when the XML names no type. */
  type: string;
  defaultValue: string | undefined;
  /** Of all its declarations, in the order of merging. */
  origins: readonly Origin[];
}

/** Data, merged and with the fields of the entities that it extends. */
export interface EntityDefinition {
  name: string;
  type: string;
  /** By the key in lower case, as MFTF finds them. */
  fields: ReadonlyMap<string, FieldDefinition>;
  /** The values of `<array>`, by the key in lower case. */
  arrays: ReadonlyMap<string, readonly string[]>;
  /** The arrays that have an item with a name, by the key in lower case: an index finds none of their items. */
  namedItems: ReadonlySet<string>;
  /** By key: the type of another entity and its field. */
  vars: ReadonlyMap<string, { entityType: string; entityKey: string }>;
  requiredEntities: readonly { type: string; name: string }[];
  deprecated: string | undefined;
  origin: Origin;
  /** Of all its declarations and those of the data that it extends, its own first. */
  origins: readonly Origin[];
}

export interface FieldDefinition {
  /** As the XML has it. */
  key: string;
  value: string;
  unique: 'prefix' | 'suffix' | undefined;
  origin: Origin;
  /** Of all its declarations, in the order of merging. */
  origins: readonly Origin[];
}

export interface SectionDefinition {
  name: string;
  elements: ReadonlyMap<string, ElementDefinition>;
  deprecated: string | undefined;
  origin: Origin;
  /** Of all its declarations, in the order of merging. */
  origins: readonly Origin[];
}

export interface ElementDefinition {
  name: string;
  type: string;
  selector: string | undefined;
  locatorFunction: string | undefined;
  /** Seconds, as text; a number, or `-`. */
  timeout: string | undefined;
  parameterized: boolean;
  deprecated: string | undefined;
  origin: Origin;
  /** Of all its declarations, in the order of merging. */
  origins: readonly Origin[];
}

export interface PageDefinition {
  name: string;
  url: string;
  area: string;
  module: string;
  parameterized: boolean;
  sections: readonly string[];
  deprecated: string | undefined;
  origin: Origin;
  /** Of all its declarations, in the order of merging. */
  origins: readonly Origin[];
}

/** A call of an action group. */
export interface ActionGroupCall {
  actionGroup: string;
  /** The step key of the call, which is the suffix of the keys of its steps. */
  stepKey: string;
  /** Of the `<actionGroup>` step. */
  origin: Origin;
  /** As of an XmlElement. */
  merges: readonly Origin[] | undefined;
  /** Names of the arguments that have their default values. */
  defaults: readonly string[];
}

/** One step as MFTF runs it. Implied waits of elements are not steps of their own here. */
export interface ResolvedStep {
  /** With the suffix of its call, when it comes from an action group; '' for comments of XML, and those at a boundary. */
  stepKey: string;
  /** The tag, such as `click` or `comment`. */
  action: string;
  /**
   * With the arguments of action groups put in, and references to steps of the action group renamed. References to data, sections,
   * pages, `_ENV`, `_CREDS`, `$created.field$` and `{$variable}` are not resolved.
   */
  attributes: Readonly<Record<string, string>>;
  /** Elements inside of it, such as `<expectedResult>`, `<field>` or `<requiredEntity>`, handled as `attributes` are. */
  children: readonly XmlElement[];
  /** The text inside of it, for `<magentoCLI>` and the like; handled as `attributes` are. */
  text: string;
  /** Of the line in the action group, when it comes from one. */
  origin: Origin;
  /** As of an XmlElement. */
  merges: readonly Origin[] | undefined;
  /** The call that it comes from; `undefined` for a step of the test itself. MFTF supports no calls inside of action groups. */
  call: ActionGroupCall | undefined;
  /** Whether it is one of the two comments that MFTF writes around the steps of an action group. */
  boundary: 'enter' | 'exit' | undefined;
}

export interface ResolvedTest {
  name: string;
  module: string | undefined;
  files: readonly string[];
  origin: Origin;
  /** Merged; MFTF takes none of a parent. */
  annotations: readonly XmlElement[];
  /**
   * Whether MFTF writes a body that only says that it is skipped. Then a test whose hooks MFTF would refuse has none here, and one that is
   * skipped with its parent has no steps that MFTF would refuse.
   */
  skipped: boolean;
  /** The parent that it is skipped with; `undefined` for one that has a skip of its own, or none. */
  skippedParent: ResolvedTest | undefined;
  /** The issues of a skip, or MFTF's word for a skipped parent. */
  skipReasons: readonly string[];
  extends: string | undefined;
  /** The hooks that it has, in the order in which MFTF writes them. */
  hooks: readonly ('before' | 'after')[];
  before: readonly ResolvedStep[] | undefined;
  steps: readonly ResolvedStep[];
  after: readonly ResolvedStep[] | undefined;
}

export interface ResolvedSuite {
  name: string;
  files: readonly string[];
  origin: Origin;
  before: readonly ResolvedStep[] | undefined;
  after: readonly ResolvedStep[] | undefined;
}

/** Why MFTF cannot generate a test or suite. */
export interface Refusal {
  origin: Origin;
  /** A sentence. */
  message: string;
}

export type Resolution<T> = { resolved: T } | { refusal: Refusal };

/**
 * The definitions of a tree by name. Each is read when it is needed; `undefined` when no file declares it. Throws as `refuse` does for
 * a definition that MFTF cannot read.
 */
export interface Definitions {
  test(name: string): TestDefinition | undefined;
  actionGroup(name: string): ActionGroupDefinition | undefined;
  entity(name: string): EntityDefinition | undefined;
  section(name: string): SectionDefinition | undefined;
  page(name: string): PageDefinition | undefined;
}

export interface Resolver {
  definitions: Definitions;
  /** A name that no test or suite has is a refusal, too. */
  test(name: string): Resolution<ResolvedTest>;
  suite(name: string): Resolution<ResolvedSuite>;
}
