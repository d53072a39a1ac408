import { type ArgumentValues, argumentValues, putArguments } from './arguments.ts';
import type { ActionGroupCall, ActionGroupDefinition, ResolvedStep, XmlElement } from './model.ts';
import { orderSteps } from './order.ts';
import { refuse } from './refusal.ts';
import { producedKeys, renameVariables, suffixed } from './renaming.ts';
import { isComment } from './xml-tree.ts';

/** Steps of a test, or of a hook: far above the 974 of the longest test of Magento 2.4.4. */
const maxSteps = 20_000;

/** A call of an action group, whose steps are put in. */
interface Scope {
  call: ActionGroupCall;
  calls: readonly [ActionGroupCall];
  values: ArgumentValues;
  /** Step keys of the action group that its steps refer to by `$`. */
  keys: ReadonlySet<string>;
}

/**
 * The steps that run for ordered steps: each call of an action group is replaced by its steps and two comments around them. A step
 * of an action group whose key is already that of an earlier step is dropped, and a step of the test itself takes the place of an
 * earlier one with its key (measured with MFTF 3.8).
 */
export function expandSteps(
  ordered: readonly XmlElement[],
  definitionOf: (name: string) => ActionGroupDefinition | undefined,
  subject: string,
): ResolvedStep[] {
  const steps = new Map<string, ResolvedStep>();
  for (const element of ordered) {
    // Comments have no keys; the size makes one that no step has.
    const keyOf = ({ stepKey }: ResolvedStep) => (stepKey === '' ? `\0${steps.size}` : stepKey);
    if (element.tag !== 'actionGroup') {
      const step = stepOfTest(element);
      steps.set(keyOf(step), step);
    } else {
      for (const step of stepsOfCall(element, definitionOf)) {
        if (!steps.has(keyOf(step))) steps.set(keyOf(step), step);
      }
    }
    if (steps.size > maxSteps) refuse(element.origin, `There are more than ${maxSteps} steps in ${subject}.`);
  }
  return [...steps.values()];
}

function stepOfTest({ tag, attributes, children, text, origin }: XmlElement): ResolvedStep {
  const { stepKey = '', ...others } = attributes;
  return { stepKey, action: tag, attributes: others, children, text, origin, calls: [], boundary: undefined };
}

function stepsOfCall(
  element: XmlElement,
  definitionOf: (name: string) => ActionGroupDefinition | undefined,
): ResolvedStep[] {
  const { ref = '', stepKey = '' } = element.attributes;
  const definition = definitionOf(ref);
  if (definition === undefined) return refuse(element.origin, `The action group ${ref} does not exist.`);
  const call = { actionGroup: ref, stepKey, origin: element.origin };
  const calls: [ActionGroupCall] = [call];
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
  const values = argumentValues(definition, element);
  const scope = { call, calls, values, keys: producedKeys(definition.steps.values()) };
  const steps = orderSteps(definition.steps, `the action group ${ref}`);
  return [
    boundary('enter', 'Entering'),
    ...steps.map((step) => stepOfCall(step, scope)),
    boundary('exit', 'Exiting'),
  ];
}

function stepOfCall(element: XmlElement, scope: Scope): ResolvedStep {
  const { stepKey, ...attributes } = element.attributes;
  const suffix = scope.call.stepKey;
  const put = createPutting(element, scope);
  return {
    stepKey: stepKey === undefined ? '' : suffixed(stepKey, suffix),
    action: element.tag,
    attributes: put.attributes(attributes),
    children: element.children.map(put.child),
    text: put.text(element.text),
    origin: element.origin,
    calls: scope.calls,
    boundary: undefined,
  };
}

/** Attributes in which MFTF replaces no arguments (measured with 3.8). */
const fixedAttributes = new Set(['entity', 'createDataKey', 'time', 'before', 'after']);

/** Functions that put arguments and the names of variables into the parts of a step. */
function createPutting(step: XmlElement, { call, values, keys }: Scope) {
  const { stepKey: suffix } = call;
  // MFTF makes the steps of comments before it puts in arguments, and does not look for variables in dates.
  const argumentsOfStep: ArgumentValues = isComment(step) ? new Map() : values;
  const keysOfStep = step.tag === 'generateDate' ? new Set<string>() : keys;

  function text(value: string, everywhere = isComment(step)): string {
    const put = putArguments(value, argumentsOfStep);
    if (put === undefined) return refuse(step.origin, 'A text of this step with its arguments is too large.');
    return renameVariables(put, { keys: keysOfStep, suffix, everywhere });
  }
  function attributes(list: Readonly<Record<string, string>>, everywhere?: boolean): Record<string, string> {
    const result: Record<string, string> = {};
    for (const name in list) {
      const value = list[name] ?? '';
      if (!fixedAttributes.has(name)) result[name] = text(value, everywhere);
      else result[name] = name === 'createDataKey' && keys.has(value) ? suffixed(value, suffix) : value;
    }
    return result;
  }
  function child(element: XmlElement): XmlElement {
    const everywhere = element.tag === 'field';
    const content = text(element.text, everywhere);
    const isVariable = element.attributes['type'] === 'variable' && keys.has(content.trim());
    return {
      ...element,
      attributes: attributes(element.attributes, everywhere),
      children: element.children.map(child),
      text: isVariable ? suffixed(content.trim(), suffix) : content,
    };
  }
  return { text, attributes, child };
}
