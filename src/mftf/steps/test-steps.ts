import { Fault } from '../../faults/fault.ts';
import { runtimeText } from '../../model/step-value.ts';
import { shorten } from '../../model/visible-text.ts';
import type { Definitions, Origin, ResolvedStep, Resolver } from '../resolver/model.ts';
import { resolution } from '../resolver/refusal.ts';
import { elementText } from './element-text.ts';
import { fieldsOf, type StepField, type ValuePart } from './step-fields.ts';

/** A step of a test for people, on one line. */
export interface StepLine {
  /** `null` for a comment of XML. */
  stepKey: string | null;
  /** Its tag, such as `click`. */
  action: string;
  /** The attributes, and the elements inside of it, with the values of the action group's arguments. */
  text: string;
  origin: Origin;
  /** The call of an action group that it comes from. */
  call: { actionGroup: string; stepKey: string; origin: Origin } | null;
}

/** A step with its values. */
export interface ShownStep extends StepLine {
  /** The same as `text`, with references to data, sections and pages resolved; empty for a comment. */
  fields: StepField[];
}

/** A test as MFTF runs it. */
export interface TestSteps {
  origin: Origin;
  extends: string | null;
  skipped: boolean;
  before: ShownStep[];
  steps: ShownStep[];
  after: ShownStep[];
}

/** Characters of the text of a step, and of a value. The longest one in Magento 2.4.4 has 2,400. */
const maxStepText = 4_000;

/** The steps of a test. Throws NOT_FOUND, and MODULE_INVALID with file and line for a test that MFTF does not generate. */
export function stepsOfTest(resolver: Resolver, name: string): TestSteps {
  const { definitions } = resolver;
  // A declaration that MFTF refuses, such as one with two steps of one key, is one.
  const definition = resolution(() => definitions.test(name));
  if ('resolved' in definition && definition.resolved === undefined) {
    throw new Fault('NOT_FOUND', `There is no test ${name}.`);
  }
  const test = resolver.test(name);
  if ('refusal' in test) {
    const { origin, message } = test.refusal;
    throw new Fault('MODULE_INVALID', `${origin.file}:${origin.line}: ${message}`);
  }
  const { origin, extends: parent, skipped, before, steps, after } = test.resolved;
  return {
    origin,
    extends: parent ?? null,
    skipped,
    before: linesOf(before ?? [], definitions),
    steps: linesOf(steps, definitions),
    after: linesOf(after ?? [], definitions),
  };
}

/** Without the comments around the steps of action groups, because each step names its call. */
function linesOf(steps: readonly ResolvedStep[], definitions: Definitions): ShownStep[] {
  return steps
    .filter(({ boundary }) => boundary === undefined)
    .map((step) => {
      const { stepKey, action, origin, call = null } = step;
      const isComment = action === 'comment';
      const text = isComment ? (step.attributes['userInput'] ?? '') : elementText(step);
      return {
        ...{ stepKey: stepKey || null, action, text: shorten(text, maxStepText) },
        fields: isComment ? [] : fieldsOf(step, definitions).map(shortened),
        ...{ origin, call },
      };
    });
}

/** A step on one line, with references to data, sections and pages resolved. */
export function resolvedText({ fields, text }: Pick<ShownStep, 'fields' | 'text'>): string {
  if (fields.length === 0) return text;
  const values = fields.map(({ name, parts }) => {
    const value = parts.map((part) => (typeof part === 'string' ? part : runtimeText(part))).join('');
    return name === '' ? value : `${name}="${value}"`;
  });
  return shorten(values.join(' '), maxStepText);
}

/** What a value has in all: a test module may refer to its own long texts. */
function shortened({ parts, ...field }: StepField): StepField {
  let left = maxStepText;
  const kept: ValuePart[] = [];
  for (const part of parts) {
    if (left <= 0) break;
    const cut = typeof part === 'string' ? shorten(part, left) : { ...part, name: shorten(part.name, left) };
    left -= typeof cut === 'string' ? cut.length : cut.name.length;
    kept.push(cut);
  }
  return { ...field, parts: kept };
}
