import type { Definitions } from '../resolver/model.ts';
import { PhpText } from './php-text.ts';

/** How PHP reaches what exists only while a test runs; tests and suites differ in it. */
export interface PhpAccess {
  /** A field of data that a step created. */
  created(stepKey: string, field: string): string;
  secret(name: string): string;
}

/** What references lead to. Marks of its `php` are those of all texts that are resolved in it. */
export interface ReferenceContext {
  definitions: Definitions;
  access: PhpAccess;
  php: PhpText;
  /** By their source: the steps of a tree share their texts. */
  resolvedTexts: Record<Reading, Map<string, ResolvedText>>;
}

/** A context in which nothing is resolved yet. */
export function createReferenceContext(definitions: Definitions, access: PhpAccess): ReferenceContext {
  const resolvedTexts = {
    elements: new Map(),
    pages: new Map(),
    data: new Map(),
    runtime: new Map(),
    created: new Map(),
  };
  return { definitions, access, php: new PhpText(), resolvedTexts };
}

export interface ResolvedText {
  /** With marks for expressions. */
  text: string;
  /** The timeout of the last element that the text names; `undefined` when it names none. */
  element: { timeout: string | undefined } | undefined;
  /** Whether it names an element with a locator function. */
  hasLocator: boolean;
  secrets: readonly string[];
  /** What MFTF says of deprecated declarations that the text names. */
  notices: readonly string[];
}

/**
 * Which references are replaced: data and elements; data and pages; data; what a test has only while it runs, which is created data and the
 * environment; or created data. Those to elements and pages are refused where they cannot stand.
 */
export type Reading = 'elements' | 'pages' | 'data' | 'runtime' | 'created';

const none: readonly string[] = [];

/** A text that names nothing. */
export function withoutReferences(text: string): ResolvedText {
  return {
    text,
    element: undefined,
    hasLocator: false,
    secrets: none,
    notices: none,
  };
}
