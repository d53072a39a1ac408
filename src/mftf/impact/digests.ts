import type { Catalog } from '../catalog/catalog.ts';
import { annotationLines } from '../cest/annotations.ts';
import { refusalOfSkipped } from '../cest/skipped-test.ts';
import { originsOf } from '../resolver/merge.ts';
import type { Origin, Refusal, ResolvedStep, ResolvedTest, Resolver, XmlElement } from '../resolver/model.ts';
import { resolution } from '../resolver/refusal.ts';
import {
  createIngredientReader,
  digestOf,
  type Ingredient,
  type IngredientReader,
  plainElement,
  sortedEntries,
} from './ingredients.ts';

export type StepsPart = 'before' | 'test' | 'after';

export interface StepDigest {
  part: StepsPart;
  /** '' for a comment. */
  stepKey: string;
  digest: string;
  /** Of all its declarations and then those of its call, the last of a merge first. */
  origins: readonly Origin[];
  /** The action group that it comes from. */
  actionGroup: string | undefined;
}

/** What a test or a suite is made of, as hashes: equal ones have equal generated files. */
export interface Digest {
  /** Why MFTF does not generate it. */
  refusal: Refusal | undefined;
  origin: Origin | undefined;
  /** What generated files have besides steps, by name: `annotations`, `files`, `skip`, `hooks`, `deprecated`. */
  traits: Readonly<Record<string, string>>;
  steps: readonly StepDigest[];
  /** By kind and name. */
  ingredients: ReadonlyMap<string, Ingredient>;
}

export interface Digester {
  test(name: string): Digest;
  suite(name: string): Digest;
}

/** Makes the digests of the tests of a catalog. `read` returns the content of a file of the catalog, by its path. */
export function createDigester(
  catalog: Catalog,
  resolver: Resolver,
  read: (path: string) => Uint8Array,
): Digester {
  const { definitions } = resolver;
  const reader = createIngredientReader(catalog, definitions, read);
  return {
    test(name) {
      const resolved = resolver.test(name);
      if ('refusal' in resolved) return refused(resolved.refusal);
      const test = resolved.resolved;
      // MFTF writes no steps of a skipped test, but may refuse it for them.
      const parts = test.skipped ? [] : partsOf(test);
      const refusal = test.skipped ? refusalOfSkipped(test, definitions) : undefined;
      if (refusal !== undefined) return refused({ origin: test.origin, message: refusal });
      const notices = resolution(() => [
        definitions.test(name)?.attributes['deprecated'],
        ...calledGroups(parts).flatMap(
          (group) => definitions.actionGroup(group)?.attributes['deprecated'] ?? [],
        ),
      ]);
      if ('refusal' in notices) return refused(notices.refusal);
      return {
        refusal: undefined,
        origin: test.origin,
        traits: { ...traitsOf(test), deprecated: digestOf(notices.resolved) },
        ...stepsOf(parts, reader),
      };
    },

    suite(name) {
      const resolved = resolver.suite(name);
      if ('refusal' in resolved) return refused(resolved.refusal);
      const { before, after, origin } = resolved.resolved;
      const parts = partsOf({ before, steps: [], after });
      const hooks = digestOf([before !== undefined, after !== undefined]);
      return { refusal: undefined, origin, traits: { hooks }, ...stepsOf(parts, reader) };
    },
  };
}

function refused(refusal: Refusal): Digest {
  return { refusal, origin: refusal.origin, traits: {}, steps: [], ingredients: new Map() };
}

type Part = readonly [StepsPart, readonly ResolvedStep[]];

function partsOf({ before, steps, after }: Pick<ResolvedTest, 'before' | 'steps' | 'after'>): Part[] {
  return [
    ['before', before ?? []],
    ['test', steps],
    ['after', after ?? []],
  ];
}

function traitsOf(test: ResolvedTest): Record<string, string> {
  return {
    annotations: digestOf(annotationLines({ ...test, files: [] }, [], [])),
    files: digestOf(test.files),
    skip: digestOf([test.skipped, test.skipReasons]),
    hooks: digestOf(test.hooks),
  };
}

function calledGroups(parts: readonly Part[]): string[] {
  const names = parts.flatMap(([, steps]) => steps.flatMap(({ call }) => call?.actionGroup ?? []));
  return [...new Set(names)];
}

function stepsOf(parts: readonly Part[], reader: IngredientReader): Pick<Digest, 'steps' | 'ingredients'> {
  const ingredients = new Map<string, Ingredient>();
  const steps: StepDigest[] = [];
  for (const [part, list] of parts) {
    for (const step of list) {
      const { stepKey, call } = step;
      const origins = [step, ...(call ? [call] : [])].flatMap((one) => originsOf(one).reverse());
      steps.push({ part, stepKey, digest: stepDigest(step), origins, actionGroup: call?.actionGroup });
      addIngredients(step, reader, ingredients);
    }
  }
  return { steps, ingredients };
}

/** Adds what a step depends on besides its own text. */
export function addIngredients(
  step: ResolvedStep,
  reader: IngredientReader,
  to: Map<string, Ingredient>,
): void {
  const { action, attributes } = step;
  reader.ofTexts(textsOf(step), to);
  if (attributes['entity'] !== undefined) reader.ofSentData(attributes['entity'], to);
  if (action === 'helper') reader.ofHelper(attributes['class'] ?? '', to);
}

/** Where a step is put is seen by the order of steps. */
const placeAttributes = new Set(['before', 'after']);

function stepDigest({ stepKey, action, attributes, children, text, call }: ResolvedStep): string {
  const own = sortedEntries(attributes).filter(([name]) => !placeAttributes.has(name));
  return digestOf([stepKey, action, own, children.map(plainElement), text, call?.stepKey]);
}

/** All texts of a step or an element. */
export function* textsOf({
  attributes,
  children,
  text,
}: Pick<XmlElement, 'attributes' | 'children' | 'text'>): Generator<string> {
  for (const name in attributes) yield attributes[name] ?? '';
  yield text;
  for (const child of children) yield* textsOf(child);
}
