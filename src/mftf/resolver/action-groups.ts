import { type ArgumentValues, argumentValues, putArguments } from './arguments.ts';
import type { ActionGroupCall, ActionGroupDefinition, ResolvedStep, XmlElement } from './model.ts';
import { keySteps, orderSteps } from './order.ts';
import { refuse } from './refusal.ts';
import { producedKeys, renameReferences, suffixed } from './renaming.ts';
import { isComment } from './xml-tree.ts';

/** How deep action groups may call each other. */
const maxCallDepth = 20;
/** Steps of a test, or of a hook: far above the 974 of the longest test of Magento 2.4.4. */
const maxSteps = 20_000;

/** Where steps are put in: the call of an action group, or nowhere for the steps of a test itself. */
interface Scope {
  calls: readonly ActionGroupCall[];
  arguments: ArgumentValues;
  /** Step keys of the action group that steps refer to by `$`. */
  produced: ReadonlySet<string>;
}

const outermost: Scope = { calls: [], arguments: new Map(), produced: new Set() };

/** The steps that run for ordered steps: each call of an action group is replaced by its steps and two comments around them. */
export function expandSteps(
  ordered: readonly XmlElement[],
  definitionOf: (name: string) => ActionGroupDefinition | undefined,
  subject: string,
): ResolvedStep[] {
  const steps: ResolvedStep[] = [];
  const add = (step: ResolvedStep) => {
    steps.push(step);
    if (steps.length > maxSteps) refuse(step.origin, `There are more than ${maxSteps} steps in ${subject}.`);
  };

  function expand(list: readonly XmlElement[], scope: Scope): void {
    for (const element of list) {
      const step = stepOf(element, scope);
      if (element.tag === 'actionGroup') call(element, step, scope);
      else add(step);
    }
  }

  function call(element: XmlElement, { stepKey, attributes, children }: ResolvedStep, scope: Scope): void {
    const { ref = '' } = attributes;
    const definition = definitionOf(ref);
    if (definition === undefined) refuse(element.origin, `The action group ${ref} does not exist.`);
    if (scope.calls.length >= maxCallDepth) {
      refuse(element.origin, `Action groups call each other more than ${maxCallDepth} deep.`);
    }
    const calls = [...scope.calls, { actionGroup: ref, stepKey, origin: element.origin }];
    const boundary = (kind: 'enter' | 'exit', word: string): ResolvedStep => ({
      stepKey: '',
      action: 'comment',
      attributes: { userInput: `${word} Action Group [${stepKey}] ${ref}` },
      children: [],
      text: '',
      origin: element.origin,
      calls,
      boundary: kind,
    });
    add(boundary('enter', 'Entering'));
    const ordered = orderSteps(keySteps(definition.steps), `the action group ${ref}`);
    expand(ordered, {
      calls,
      arguments: argumentValues(definition, { ...element, children }),
      produced: producedKeys(ordered),
    });
    add(boundary('exit', 'Exiting'));
  }

  expand(ordered, outermost);
  return steps;
}

function stepOf(element: XmlElement, scope: Scope): ResolvedStep {
  const { stepKey: own, ...others } = element.attributes;
  const suffix = scope.calls.at(-1)?.stepKey;
  const base = { action: element.tag, origin: element.origin, calls: scope.calls, boundary: undefined };
  if (suffix === undefined || isComment(element)) {
    return {
      ...base,
      stepKey: own ?? '',
      attributes: others,
      children: element.children,
      text: element.text,
    };
  }
  const put = (text: string) => renameReferences(putArguments(text, scope.arguments), scope.produced, suffix);
  const { attributes, children, text } = putInto({ ...element, attributes: others }, put);
  return { ...base, stepKey: own === undefined ? '' : suffixed(own, suffix), attributes, children, text };
}

function putInto(element: XmlElement, put: (text: string) => string): XmlElement {
  const attributes: Record<string, string> = {};
  for (const [name, value] of Object.entries(element.attributes)) attributes[name] = put(value);
  return {
    ...element,
    attributes,
    children: element.children.map((child) => putInto(child, put)),
    text: put(element.text),
  };
}
