import { originsOf } from '../resolver/merge.ts';
import type { Definitions, Origin, ResolvedStep, Resolver } from '../resolver/model.ts';
import type { Side } from './changed-tests.ts';
import { addIngredients, textsOf } from './digests.ts';
import { createIngredientReader, type Ingredient, type IngredientKind } from './ingredients.ts';

/** A declaration that a step is made of: the step itself, the call of its action group, or what it refers to. */
export interface StepPlace {
  kind: 'step' | 'call' | IngredientKind;
  /** The step key, the name of the action group, or such as `CartSection.total`. */
  name: string;
  origin: Origin;
}

/** Places of one step, of the tree and of test modules; a field of data may refer to many others. */
const maxPlaces = 500;

/** Where a step and all that it resolves to are declared, in each file of a merge, the step itself first. */
export function placesOfStep({ catalog, read }: Side, resolver: Resolver, step: ResolvedStep): StepPlace[] {
  const { stepKey, call } = step;
  const ingredients = new Map<string, Ingredient>();
  addIngredients(step, createIngredientReader(catalog, resolver.definitions, read), ingredients);
  const placesOf = (kind: StepPlace['kind'], name: string, origins: readonly Origin[]) =>
    origins.map((origin) => ({ kind, name, origin }));
  return [
    ...placesOf('step', stepKey, [...originsOf(step), ...defaultsOf(step, resolver.definitions)]),
    ...(call === undefined ? [] : placesOf('call', call.actionGroup, originsOf(call))),
    ...[...ingredients.values()].flatMap(({ kind, name, origins }) => placesOf(kind, name, origins)),
  ].slice(0, maxPlaces);
}

/** Where the default values are declared that a step of an action group has. */
function defaultsOf({ origin, call }: ResolvedStep, { actionGroup }: Definitions): Origin[] {
  const definition = call && actionGroup(call.actionGroup);
  if (call === undefined || definition === undefined || call.defaults.length === 0) return [];
  const element = [...definition.steps.values()].find((each) => each.origin === origin);
  const words = new Set(element && [...textsOf(element)].flatMap((text) => text.split(/\W+/)));
  return definition.arguments
    .filter(({ name }) => call.defaults.includes(name) && words.has(name))
    .flatMap(({ origins }) => origins);
}
