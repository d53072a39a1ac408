import type { DeclarationReader } from './declaration-reader.ts';
import { copyElement, mergeElement, originsOf } from './merge.ts';
import type {
  ActionGroupDefinition,
  ArgumentDefinition,
  KeyedSteps,
  TestDefinition,
  XmlElement,
} from './model.ts';
import { checkKeys, keySteps } from './order.ts';
import { refuse } from './refusal.ts';
import { childrenOf, type MutableElement } from './xml-tree.ts';

/** The elements of a test or an action group that are no steps. */
const otherElements = new Set(['annotations', 'arguments', 'before', 'after']);

/** Returns the definition of a test, merged; `undefined` when no file declares it. */
export function readTest(
  reader: DeclarationReader,
  name: string,
): Omit<TestDefinition, 'module'> | undefined {
  const declarations = reader.declarations('test', name);
  const merged = mergeSteps(declarations, `the test ${name}`);
  if (merged === undefined) return undefined;
  return {
    ...stepsOf(merged, declarations),
    before: hookOf(merged, 'before'),
    after: hookOf(merged, 'after'),
  };
}

/** Returns the definition of an action group, merged but not extended; `undefined` when no file declares it. */
export function readActionGroup(reader: DeclarationReader, name: string): ActionGroupDefinition | undefined {
  const declarations = reader.declarations('actionGroup', name);
  const merged = mergeSteps(declarations, `the action group ${name}`);
  if (merged === undefined) return undefined;
  const call = merged.children.find(({ tag }) => tag === 'actionGroup');
  if (call) refuse(call.origin, `The action group ${name} calls another one, which MFTF does not support.`);
  return { ...stepsOf(merged, declarations), arguments: argumentsOf(merged) };
}

/** Returns the steps of both hooks of a suite, merged; `undefined` when no file declares it. */
export function readSuite(
  reader: DeclarationReader,
  name: string,
): Pick<TestDefinition, 'name' | 'files' | 'origin' | 'before' | 'after'> | undefined {
  const declarations = reader.declarations('suite', name);
  const merged = mergeSteps(declarations, `the suite ${name}`);
  if (merged === undefined) return undefined;
  const { files, origin } = stepsOf(merged, declarations);
  return { name, files, origin, before: hookOf(merged, 'before'), after: hookOf(merged, 'after') };
}

function mergeSteps(declarations: readonly MutableElement[], subject: string): MutableElement | undefined {
  const [first, ...others] = declarations;
  if (first === undefined) return undefined;
  for (const declaration of declarations) {
    checkKeys(declaration.children.filter(isStep), subject);
    for (const hook of ['before', 'after']) {
      for (const { tag, children } of declaration.children) if (tag === hook) checkKeys(children, subject);
    }
  }
  const { insertBefore, insertAfter } = first.attributes;
  if (others.length === 0 && insertBefore === undefined && insertAfter === undefined) return first;
  const merged = insertSteps(copyElement(first));
  for (const other of others) mergeElement(merged, insertSteps(copyElement(other)));
  return merged;
}

/** Puts all steps of a declaration where its `insertBefore` or `insertAfter` says, in their order. */
function insertSteps(declaration: MutableElement): MutableElement {
  const { insertBefore, insertAfter } = declaration.attributes;
  let target = insertBefore ?? insertAfter;
  if (target === undefined) return declaration;
  for (const step of declaration.children.filter(isStep)) {
    const { stepKey } = step.attributes;
    if (stepKey === undefined) continue;
    step.attributes[insertBefore === undefined ? 'after' : 'before'] = target;
    if (insertBefore === undefined) target = stepKey;
  }
  return declaration;
}

function isStep({ tag, attributes }: XmlElement): boolean {
  return !otherElements.has(tag) || 'stepKey' in attributes;
}

function stepsOf(merged: MutableElement, declarations: readonly MutableElement[]) {
  const { name = '', extends: parent } = merged.attributes;
  return {
    name,
    extends: parent,
    files: [...new Set(declarations.map(({ origin }) => origin.file))],
    origin: merged.origin,
    attributes: merged.attributes,
    annotations: childrenOf(merged.children.find(({ tag }) => tag === 'annotations')),
    steps: keySteps(merged.children.filter(isStep)),
  };
}

function hookOf(merged: MutableElement, hook: 'before' | 'after'): KeyedSteps | undefined {
  const element = merged.children.find(({ tag }) => tag === hook);
  return element && keySteps(element.children);
}

function argumentsOf(merged: MutableElement): ArgumentDefinition[] {
  const list = childrenOf(merged.children.find(({ tag }) => tag === 'arguments'));
  return list.map((element) => {
    const { name, type = 'entity', defaultValue } = element.attributes;
    if (name === undefined) return refuse(element.origin, 'An argument has no name.');
    return { name, type, defaultValue, origins: originsOf(element) };
  });
}
