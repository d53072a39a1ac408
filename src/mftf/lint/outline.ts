import type { LintCode } from '../../model/lint.ts';
import type { PartKind } from '../catalog/declarations/parts.ts';

/** A named part of a definition: an element of a section, a field of data, an argument of an action group. */
export interface Member {
  name: string;
  line: number;
  deprecated?: string;
  /** An element: the number of parameters of its selector. */
  parameters?: number;
  /** An argument: whether a call must have a value for it. */
  required?: boolean;
}

export type UseKind =
  /** A call of an action group. */
  | 'call'
  /** `extends`. */
  | 'parent'
  /** Data that is created, updated, read, or required by other data. */
  | 'data'
  /** A section of a page. */
  | 'section'
  /** `{{Name.member}}`: data, a page, a section or an argument. */
  | 'reference'
  /** A name as the value of an argument, or as text. It may be nothing but text. */
  | 'name'
  /** `{{_ENV.NAME}}` */
  | 'env'
  /** `{{_CREDS.vendor/NAME}}` */
  | 'credential'
  /** A test of a suite. */
  | 'test';

/** A place where a definition refers to another one. */
export interface Use {
  kind: UseKind;
  line: number;
  name: string;
  member?: string;
  argumentCount?: number;
  /** Of a call: the names of its arguments. */
  arguments?: string[];
  /** Of a call: whether it is in the steps before or after a test or suite. */
  inHook?: boolean;
  /** Of a name: whether it is all of a selector. */
  isSelector?: boolean;
  /** Of data: the operations that the action needs. */
  operation?: string;
}

export type DefinitionKind = Exclude<PartKind, 'helper'>;

/** What a file defines. A name may be defined by several files, which MFTF merges. */
export interface Definition {
  kind: DefinitionKind;
  name: string;
  line: number;
  parent?: string;
  deprecated?: string;
  /** The type of data, or the type that an operation sends. */
  type?: string;
  /** Of an operation: create, update, delete or get. */
  operation?: string;
  members: Member[];
  uses: Use[];
  /** Of a test. */
  skipped?: boolean;
  /** Whether one of its own steps may fail on a wrong state of the shop. */
  asserts?: boolean;
  /** Whether it has steps that are executed, other than in its hooks. */
  hasSteps?: boolean;
}

/** A finding that depends on nothing but its file. */
export interface LocalFinding {
  code: LintCode;
  line: number;
  /** `test Name`, or what else has it; absent for a whole file. */
  definition?: string;
  /** What it is about, such as a step key: the same after lines were moved. */
  subject: string;
  message: string;
}

/** What is known of a file without its text: what it defines and uses. */
export interface FileOutline {
  /** Relative to the Magento root. */
  path: string;
  definitions: Definition[];
  findings: LocalFinding[];
}
