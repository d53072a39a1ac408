import { maxMaxFailures, maxPriority, maxRetryFailed } from '#src/model/limits.ts';
import type { RunOptions } from '#src/model/run-options.ts';
import type { Selection, Severity } from '#src/model/selection.ts';
import type { RunView } from '#src/operations/core/views.ts';

/** A run that is not submitted yet. It lives in the query string, so that its address can be shared or bookmarked. */
export interface Draft {
  environments: string[];
  all: boolean;
  /** What is selected, in the order of its selection. */
  names: Name[];
  exclude: string[];
  /** Without the tests that the module marks as skipped. */
  excludeSkipped?: boolean | undefined;
  /** Tests of the Playwright project; absent: none. */
  playwright?: Selection['playwright'];
  priority: number;
  options: RunOptions;
  /** Branch, tag or commit of the first test module; empty: its branch. */
  ref: string;
  /** Only tests that differ from this branch, tag or commit. */
  changedSince?: string | undefined;
  /** Since the tested commit left it. */
  mergeBase?: boolean | undefined;
  /** The name of the saved selection whose tests it has, instead of `all`, `names` and `exclude`. */
  saved: string | undefined;
}

/** What a draft selects. */
export type Selected = Pick<Draft, 'all' | 'names' | 'exclude' | 'excludeSkipped' | 'playwright'>;

export const kinds = ['group', 'suite', 'test', 'pattern', 'severity', 'module'] as const;
export type Kind = (typeof kinds)[number];
/** These select; the others are what all of it is limited to. */
const selectingKinds: readonly Kind[] = ['group', 'suite', 'test', 'pattern'];

export const isSelecting = ({ kind }: Name) => selectingKinds.includes(kind);
export interface Name {
  kind: Kind;
  name: string;
}

/**
 * `?env=preprod-us&group=smoke&suite=CheckoutSuite&test=A&test=Suite:B&pattern=C*&severity=MAJOR&module=Cart&exclude=D&exclude-skipped=1&priority=5&ref=v1`,
 * or `all` for everything, or `saved=nightly` for the tests of a saved selection.
 */
export function readDraft(search: URLSearchParams): Draft {
  const names = [...search]
    .filter((entry): entry is [Kind, string] => (kinds as readonly string[]).includes(entry[0]))
    .map(([kind, name]) => ({ kind, name: name.trim() }));
  const priority = Number(search.get('priority') ?? 0);
  return {
    environments: distinct(search.getAll('env')),
    all: search.has('all'),
    names: distinctNames(names),
    exclude: distinct(search.getAll('exclude')),
    ...(search.has('exclude-skipped') && { excludeSkipped: true }),
    ...readPlaywright(search),
    priority: Number.isInteger(priority) && Math.abs(priority) <= maxPriority ? priority : 0,
    options: readOptions(search),
    ref: search.get('ref')?.trim() ?? '',
    ...(search.has('changed-since') && { changedSince: search.get('changed-since') ?? '' }),
    ...(search.has('merge-base') && { mergeBase: true }),
    saved: search.get('saved')?.trim() || undefined,
  };
}

/** The lists of the tests of Playwright, by the names that they have in an address. */
const playwrightLists = {
  'playwright-project': 'projects',
  'playwright-tag': 'tags',
  'playwright-file': 'files',
} as const;

/** `playwright=1`, or `playwright-grep=adds&playwright-tag=@smoke`. */
function readPlaywright(search: URLSearchParams): Pick<Draft, 'playwright'> {
  // As it is typed: it may end with a blank.
  const grep = search.get('playwright-grep') ?? '';
  const lists = Object.entries(playwrightLists).flatMap(([name, list]) => {
    const values = distinct(search.getAll(name));
    return values.length > 0 ? [[list, values]] : [];
  });
  if (!search.has('playwright') && grep === '' && lists.length === 0) return {};
  return { playwright: { ...(grep !== '' && { grep }), ...Object.fromEntries(lists) } };
}

function writePlaywright(
  search: URLSearchParams,
  { grep, ...lists }: NonNullable<Draft['playwright']>,
): void {
  search.set('playwright', '1');
  if (grep !== undefined) search.set('playwright-grep', grep);
  for (const [name, list] of Object.entries(playwrightLists)) {
    for (const value of lists[list] ?? []) search.append(name, value);
  }
}

/** `retry=1&max-failures=10&failed-first`; what is not valid requests nothing. */
function readOptions(search: URLSearchParams): RunOptions {
  const number = (name: string, min: number, max: number) => {
    const value = Number(search.get(name) ?? Number.NaN);
    return Number.isInteger(value) && value >= min && value <= max ? value : undefined;
  };
  const retryFailed = number('retry', 0, maxRetryFailed);
  const maxFailures = number('max-failures', 1, maxMaxFailures);
  return {
    failedFirst: search.has('failed-first'),
    ...(retryFailed !== undefined && { retryFailed }),
    ...(maxFailures !== undefined && { maxFailures }),
  };
}

/** The options that a view shows. */
export function optionsOf({ retryFailed, failedFirst, maxFailures }: OptionsView): RunOptions {
  return {
    failedFirst,
    ...(retryFailed !== null && { retryFailed }),
    ...(maxFailures !== null && { maxFailures }),
  };
}

type OptionsView = RunView['options'];

export function writeDraft({
  environments,
  all,
  names,
  exclude,
  excludeSkipped,
  playwright,
  priority,
  options,
  ref,
  changedSince = '',
  mergeBase = false,
  saved,
}: Draft): URLSearchParams {
  const search = new URLSearchParams();
  if (saved !== undefined) search.set('saved', saved);
  for (const code of environments) search.append('env', code);
  if (all) search.set('all', '1');
  for (const { kind, name } of names) search.append(kind, name);
  for (const name of exclude) search.append('exclude', name);
  if (excludeSkipped) search.set('exclude-skipped', '1');
  if (playwright) writePlaywright(search, playwright);
  if (priority !== 0) search.set('priority', String(priority));
  const { retryFailed, failedFirst, maxFailures } = options;
  if (retryFailed !== undefined) search.set('retry', String(retryFailed));
  if (maxFailures !== undefined) search.set('max-failures', String(maxFailures));
  if (failedFirst) search.set('failed-first', '1');
  if (ref !== '') search.set('ref', ref);
  if (changedSince !== '') search.set('changed-since', changedSince);
  if (changedSince !== '' && mergeBase) search.set('merge-base', '1');
  return search;
}

/** The selection for the API, without empty optional lists. With `all`, names are redundant and stay in the draft only. */
export function selectionOf({ all, names, exclude, excludeSkipped, playwright }: Selected): Selection {
  const of = (kind: Kind) =>
    names.filter((each) => each.kind === kind && !(all && isSelecting(each))).map(({ name }) => name);
  const optional = {
    patterns: of('pattern'),
    severities: of('severity') as Severity[],
    modules: of('module'),
  };
  const lists = Object.fromEntries(Object.entries(optional).filter(([, list]) => list.length > 0));
  return {
    all,
    tests: of('test'),
    groups: of('group'),
    suites: of('suite'),
    ...lists,
    exclude,
    ...(excludeSkipped && { excludeSkipped }),
    ...(playwright && { playwright }),
  };
}

/** The part of a draft that selects what a selection does. */
export function selectedBy(selection: Selection): Selected {
  const { all, groups, suites, tests, patterns = [], severities = [], modules = [], exclude } = selection;
  const named = (kind: Kind, list: readonly string[]) => list.map((name) => ({ kind, name }));
  const names = [
    ...named('group', groups),
    ...named('suite', suites),
    ...named('test', tests),
    ...named('pattern', patterns),
    ...named('severity', severities),
    ...named('module', modules),
  ];
  // Always there, so that it replaces that of another draft.
  return { all, names, exclude, excludeSkipped: selection.excludeSkipped, playwright: selection.playwright };
}

export function selectsNothing({
  all,
  names,
  playwright,
}: Pick<Draft, 'all' | 'names' | 'playwright'>): boolean {
  return !all && names.length === 0 && playwright === undefined;
}

/** What a request says about the tests that changed, with the tests that it is limited to: all, when none is named. */
export function changedSinceOf(draft: Draft): {
  isOfAll: boolean;
  fields: { changedSince?: string; mergeBase?: boolean };
} {
  const changedSince = draft.changedSince?.trim() ?? '';
  if (changedSince === '') return { isOfAll: false, fields: {} };
  return {
    isOfAll: draft.saved === undefined && selectsNothing(draft),
    fields: { changedSince, ...(draft.mergeBase && { mergeBase: true }) },
  };
}

/** The message when required input is missing, else `undefined`. */
export function missingInput(draft: Draft): string | undefined {
  const { environments } = draft;
  const { isOfAll } = changedSinceOf(draft);
  if (environments.length === 0 && selectsNothing(draft) && !isOfAll) return 'Select environments and tests.';
  if (environments.length === 0) return 'Select an environment.';
  if (selectsNothing(draft) && !isOfAll) return 'Select tests.';
  return undefined;
}

/** Splits text into names, at white space, commas or semicolons. */
export function splitNames(text: string): string[] {
  return distinct(text.split(/[\s,;]+/));
}

/**
 * The names in a typed or pasted text: all of it when the catalog has such a name, as a group may be called `a, b`, else a list. A
 * name that is not among the suggestions counts as a pattern when it has `*` or `?`, else as a test.
 */
export function namesIn(text: string, suggestions: readonly Name[]): Name[] {
  const named = (name: string) => suggestions.find((each) => each.name === name);
  const whole = named(text.trim());
  const names = whole ? [whole.name] : splitNames(text);
  return names.map((name) => ({ kind: named(name)?.kind ?? (/[*?]/.test(name) ? 'pattern' : 'test'), name }));
}

/** Replaces or removes an unknown name, including either half of `Suite:Test`. */
export function replaceName(
  { names, exclude }: Draft,
  name: string,
  replacement: string | undefined,
): Pick<Draft, 'names' | 'exclude'> {
  const replaceIn = (each: string): string[] => {
    const parts = each.split(':');
    if (!parts.includes(name)) return [each];
    return replacement === undefined
      ? []
      : [parts.map((part) => (part === name ? replacement : part)).join(':')];
  };
  return {
    names: distinctNames(names.flatMap((each) => replaceIn(each.name).map((name) => ({ ...each, name })))),
    exclude: distinct(exclude.flatMap(replaceIn)),
  };
}

export function distinctNames(names: readonly Name[]): Name[] {
  const byKey = new Map(
    names.filter(({ name }) => name !== '').map((each) => [`${each.kind}:${each.name}`, each]),
  );
  return [...byKey.values()];
}

export function distinct(texts: readonly string[]): string[] {
  return [...new Set(texts.map((text) => text.trim()).filter((text) => text !== ''))];
}
