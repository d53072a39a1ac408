import type { DeclarationReader } from './declaration-reader.ts';
import type { ActionGroupDefinition } from './model.ts';
import { cacheByName } from './name-cache.ts';
import { extendSteps } from './order.ts';
import { refuse } from './refusal.ts';
import { readActionGroup } from './steps-definitions.ts';

/** Returns the definitions of action groups by name, merged and extended; `undefined` when no file declares it. */
export function createActionGroups(
  reader: DeclarationReader,
): (name: string) => ActionGroupDefinition | undefined {
  function extendActionGroup(own: ActionGroupDefinition): ActionGroupDefinition {
    if (own.extends === undefined) return own;
    if (own.extends === own.name) refuse(own.origin, `The action group ${own.name} extends itself.`);
    const parent = readActionGroup(reader, own.extends);
    if (parent === undefined) {
      return refuse(own.origin, `The action group ${own.name} extends ${own.extends}, which does not exist.`);
    }
    if (parent.extends !== undefined) {
      refuse(
        own.origin,
        `The action group ${own.name} extends ${parent.name}, which extends another one itself.`,
      );
    }
    return {
      ...own,
      // One that both declare needs a value when the parent has no default for it (measured with 3.8); else the child decides.
      arguments: [...parent.arguments, ...own.arguments],
      steps: extendSteps(parent.steps, own.steps),
    };
  }
  return cacheByName((name) => {
    const own = readActionGroup(reader, name);
    return own && extendActionGroup(own);
  });
}
