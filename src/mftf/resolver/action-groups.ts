import { type ArgumentValues, argumentValues, mayHaveArguments, putArguments } from './arguments.ts';
import type { ActionGroupCall, ActionGroupDefinition, Origin, ResolvedStep, XmlElement } from './model.ts';
import { orderSteps } from './order.ts';
import { refuse } from './refusal.ts';
import { producedKeys, renameVariables, suffixed } from './renaming.ts';
import { isComment } from './xml-tree.ts';

/** Steps of a test, or of a hook: far above the 974 of the longest test of Magento 2.4.4. */
const maxSteps = 20_000;

/** An action group whose steps are in their order. */
interface PreparedGroup {
  steps: readonly PreparedStep[];
  /** Step keys of the action group that its steps refer to by `$`. */
  keys: ReadonlySet<string>;
}

interface PreparedStep {
  element: XmlElement;
  stepKey: string | undefined;
  /** Without the step key. */
  attributes: Readonly<Record<string, string>>;
  /** Whether it is the same in each call, but for its step key. */
  isConstant: boolean;
}

/** A call of an action group, whose steps are put in. */
interface Scope {
  call: ActionGroupCall;
  values: ArgumentValues;
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
  // Comments have no keys; the size makes one that no step has.
  const keyOf = ({ stepKey }: ResolvedStep) => (stepKey === '' ? `\0${steps.size}` : stepKey);
  for (const element of ordered) {
    if (element.tag !== 'actionGroup') {
      const step = stepOfTest(element);
      steps.set(keyOf(step), step);
    } else {
      for (const step of stepsOfCall(element, definitionOf)) {
        const key = keyOf(step);
        if (!steps.has(key)) steps.set(key, step);
      }
    }
    if (steps.size > maxSteps) refuse(element.origin, `There are more than ${maxSteps} steps in ${subject}.`);
  }
  return [...steps.values()];
}

function stepOfTest({ tag, attributes, children, text, origin, merges }: XmlElement): ResolvedStep {
  const { stepKey = '', ...others } = attributes;
  return {
    stepKey,
    action: tag,
    attributes: others,
    children,
    text,
    origin,
    merges,
    call: undefined,
    boundary: undefined,
  };
}

function stepsOfCall(
  element: XmlElement,
  definitionOf: (name: string) => ActionGroupDefinition | undefined,
): ResolvedStep[] {
  const { ref = '', stepKey = '' } = element.attributes;
  const definition = definitionOf(ref);
  if (definition === undefined) return refuse(element.origin, `The action group ${ref} does not exist.`);
  const values = argumentValues(definition, element);
  const defaults = [...values].flatMap(([name, { isDefault }]) => (isDefault ? [name] : []));
  const { origin, merges } = element;
  const call = { actionGroup: ref, stepKey, origin, merges, defaults };
  const boundary = (kind: 'enter' | 'exit', word: string): ResolvedStep => ({
    stepKey: '',
    action: 'comment',
    attributes: { userInput: `${word} Action Group [${stepKey}] ${ref}` },
    children: [],
    text: '',
    origin: element.origin,
    merges: undefined,
    call,
    boundary: kind,
  });
  const { keys, steps } = prepare(definition);
  const scope = { call, values, keys };
  return [
    boundary('enter', 'Entering'),
    ...steps.map((step) => stepOfCall(step, scope)),
    boundary('exit', 'Exiting'),
  ];
}

/** Prepared once: Magento 2.4.4 has 40,000 calls of 2,883 action groups. */
const preparedGroups = new WeakMap<ActionGroupDefinition, PreparedGroup>();

function prepare(definition: ActionGroupDefinition): PreparedGroup {
  const cached = preparedGroups.get(definition);
  if (cached) return cached;
  const keys = producedKeys(definition.steps.values());
  const names = new Set(definition.arguments.map(({ name }) => name));
  const steps = orderSteps(definition.steps, `the action group ${definition.name}`).map((element) => {
    const { stepKey, ...attributes } = element.attributes;
    return { element, stepKey, attributes, isConstant: isConstant(element, names, keys) };
  });
  const prepared = { keys, steps };
  preparedGroups.set(definition, prepared);
  return prepared;
}

/** Whether no call changes a step: neither arguments nor variables are in its texts. */
function isConstant(
  { attributes, children, text }: XmlElement,
  names: ReadonlySet<string>,
  keys: ReadonlySet<string>,
): boolean {
  const isPlain = (value: string) =>
    (keys.size === 0 || !value.includes('$')) && !mayHaveArguments(value, names);
  const { createDataKey } = attributes;
  return (
    isPlain(text) &&
    Object.values(attributes).every(isPlain) &&
    (createDataKey === undefined || !keys.has(createDataKey)) &&
    children.every((child) => isConstant(child, names, keys) && !isVariable(child, keys))
  );
}

function stepOfCall(prepared: PreparedStep, scope: Scope): ResolvedStep {
  const { element, stepKey, attributes, isConstant } = prepared;
  const { tag, children, text, origin, merges } = element;
  return {
    stepKey: stepKey === undefined ? '' : suffixed(stepKey, scope.call.stepKey),
    action: tag,
    ...(isConstant ? { attributes, children, text } : putIntoStep(prepared, scope)),
    origin,
    merges,
    call: scope.call,
    boundary: undefined,
  };
}

function putIntoStep(
  { element, attributes }: PreparedStep,
  scope: Scope,
): Pick<ResolvedStep, 'attributes' | 'children' | 'text'> {
  const isXmlComment = isComment(element);
  // MFTF makes the steps of comments before it puts in arguments, and does not look for variables in dates.
  const replacement: Replacement = {
    origin: element.origin,
    suffix: scope.call.stepKey,
    values: isXmlComment || withoutArguments.has(element.tag) ? noValues : scope.values,
    keys: element.tag === 'generateDate' ? noKeys : scope.keys,
    keepsTime: withFixedTime.has(element.tag),
  };
  return {
    attributes: putIntoAttributes(attributes, replacement, isXmlComment),
    children: element.children.map((child) => putIntoChild(child, replacement)),
    text: putInto(element.text, replacement, isXmlComment),
  };
}

/** What the texts of a step get: the values of arguments, and the suffix of the call behind `keys`. */
interface Replacement {
  origin: Origin;
  suffix: string;
  values: ArgumentValues;
  keys: ReadonlySet<string>;
  /** Whether `time` is left unchanged. */
  keepsTime: boolean;
}

const noValues: ArgumentValues = new Map();
const noKeys: ReadonlySet<string> = new Set();
/** Attributes in which MFTF replaces no arguments (measured with 3.8). */
const fixedAttributes = new Set([
  ...['entity', 'createDataKey', 'before', 'after'],
  ...['count', 'groups', 'height', 'index', 'storeCode', 'width'],
]);
/** Steps whose `time` gets no arguments, while that of others does (measured with 3.8). */
const withFixedTime = new Set(['wait', 'waitForPageLoad', 'waitForAjaxLoad']);
/** Steps whose attributes get no arguments, but the suffix of the call behind variables (measured with 3.8 and 6.0). */
const withoutArguments = new Set(['return']);

/** `everywhere`: see `renameVariables`. */
function putInto(text: string, { origin, suffix, values, keys }: Replacement, everywhere: boolean): string {
  if (text === '') return text;
  const put = putArguments(text, values);
  if (put === undefined) return refuse(origin, 'A text of this step with its arguments is too large.');
  return renameVariables(put, { keys, suffix, everywhere });
}

function putIntoAttributes(
  attributes: Readonly<Record<string, string>>,
  replacement: Replacement,
  everywhere: boolean,
): Record<string, string> {
  const { keys, suffix, keepsTime } = replacement;
  const result: Record<string, string> = {};
  for (const name in attributes) {
    const value = attributes[name] ?? '';
    const isFixed = fixedAttributes.has(name) || (keepsTime && name === 'time');
    if (!isFixed) result[name] = putInto(value, replacement, everywhere);
    else result[name] = name === 'createDataKey' && keys.has(value) ? suffixed(value, suffix) : value;
  }
  return result;
}

function putIntoChild(element: XmlElement, replacement: Replacement): XmlElement {
  const everywhere = element.tag === 'field';
  const text = putInto(element.text, replacement, everywhere);
  return {
    ...element,
    attributes: putIntoAttributes(element.attributes, replacement, everywhere),
    children: element.children.map((child) => putIntoChild(child, replacement)),
    text: isVariable({ ...element, text }, replacement.keys)
      ? suffixed(text.trim(), replacement.suffix)
      : text,
  };
}

/** Whether an element inside of a step names the result of a step of the action group. */
function isVariable({ attributes, text }: XmlElement, keys: ReadonlySet<string>): boolean {
  return attributes['type'] === 'variable' && keys.has(text.trim());
}
