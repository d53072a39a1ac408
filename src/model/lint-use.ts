/** What has a name in test modules, in words. */
export const definedKindNames = {
  test: 'test',
  actionGroup: 'action group',
  entity: 'data',
  page: 'page',
  section: 'section',
  operation: 'metadata',
  suite: 'suite',
} as const;
export type DefinedKind = keyof typeof definedKindNames;

/** A definition and where it is. The path is relative to the Magento root. */
export interface DefinedName {
  kind: DefinedKind;
  name: string;
  path: string;
  line: number;
}

/** A place where a definition uses a name. */
export interface NameUse extends DefinedName {
  /** It is reached through an argument, which may have another value. */
  possible: boolean;
}

/** Who uses a name. */
export interface NameUses {
  definitions: DefinedName[];
  uses: NameUse[];
  /** Uses that were left out, because there are too many. */
  more: number;
  /** The tests that reach one of the uses, through whatever calls; by name. */
  tests: string[];
}

/** A name that can be asked about. */
export interface UsableName {
  name: string;
  /** What it is: an action group, an element. */
  kind: DefinedKind | 'element' | 'field' | 'variable' | 'credential';
}
