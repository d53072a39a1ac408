import type { Origin, ResolvedStep, Resolver } from '../resolver/model.ts';
import type { Side } from './changed-tests.ts';
import { addIngredients } from './digests.ts';
import { createIngredientReader, type Ingredient, type IngredientKind } from './ingredients.ts';

/** A declaration that a step is made of: the step itself, the call of its action group, or what it refers to. */
export interface StepPlace {
  kind: 'step' | 'call' | IngredientKind;
  /** The step key, the name of the action group, or such as `CartSection.total`. */
  name: string;
  origin: Origin;
}

/** Places of one step; a field of data may refer to many others. */
const maxPlaces = 20;

/** Where a step and all that it resolves to are declared, the step itself first. */
export function placesOfStep({ catalog, read }: Side, resolver: Resolver, step: ResolvedStep): StepPlace[] {
  const { stepKey, origin, call } = step;
  const ingredients = new Map<string, Ingredient>();
  addIngredients(step, createIngredientReader(catalog, resolver.definitions, read), ingredients);
  const places: StepPlace[] = [{ kind: 'step', name: stepKey, origin }];
  if (call !== undefined) places.push({ kind: 'call', name: call.actionGroup, origin: call.origin });
  for (const { kind, name, origin: declared } of ingredients.values()) {
    if (declared !== undefined) places.push({ kind, name, origin: declared });
  }
  return places.slice(0, maxPlaces);
}
